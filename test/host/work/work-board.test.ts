import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { wordsOfStage } from '../../../electron/contract/program-words.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, board, close } = openClient()
after(close)

const file = path.join(folder, 'demos.jsonl')
writeRows(
  file,
  Array.from({ length: 30 }, (_, i) => ({ instruction: `Question ${i}?`, output: `Answer ${i}.` })),
)
const { folder: project } = await host.projects.create({ name: 'work' })

const train = (name: string, epochs: number) =>
  host.work.start({ verb: 'train sft', input: { project, model: 'world', name, config: { epochs } } })

async function endOf(id: string) {
  for await (const _ of await host.work.watch({ id }));
  return host.work.get({ id })
}

test('work continues without a watcher, and its result can be fetched later', async () => {
  const { id, state } = await host.work.start({ verb: 'import', input: { project, files: [file] } })
  assert.ok(['queued', 'running'].includes(state))
  const record = await endOf(id)
  assert.deepEqual([record.state, (record.result as { imported: number }).imported], ['done', 30])
})

test('an unknown verb is refused; one that fails reports why', async () => {
  await assert.rejects(host.work.start({ verb: 'train nothing', input: {} } as never), { code: 'bad_input' })
  const { id } = await host.work.start({
    verb: 'import',
    input: { project, files: [path.join(folder, 'absent')] },
  })
  const record = await endOf(id)
  assert.equal(record.state, 'failed')
  assert.match(record.error ?? '', /absent/)
})

test('a name that a model has, or that a queued job will give one, is refused at once', async () => {
  const running = await train('first', 300)
  const queued = await train('second', 20)
  await assert.rejects(train('second', 20), {
    code: 'conflict',
    message: /"second" is already being trained or queued/,
  })
  await host.work.stop({ id: queued.id })
  await endOf(queued.id)
  await endOf(running.id)
  await assert.rejects(train('first', 20), { code: 'conflict', message: /already has a model "first"/ })
  const before = await host.work.list({})
  await assert.rejects(
    host.work.start({ verb: 'train sft', input: { project: folder, model: 'world', name: 'x' } }),
  )
  assert.equal((await host.work.list({})).length, before.length, 'what was refused is not listed as work')
  const again = await train('second', 20)
  assert.equal((await endOf(again.id)).state, 'done')
})

test('training jobs are queued in order, and a queued one can be removed', async () => {
  const [first, second, third] = [await train('a', 300), await train('b', 20), await train('c', 20)]
  assert.equal((await host.work.get({ id: second.id })).state, 'queued')
  await host.work.stop({ id: second.id })
  assert.equal((await endOf(second.id)).state, 'stopped')
  assert.equal((await endOf(first.id)).state, 'done')
  assert.equal((await endOf(third.id)).state, 'done')
  const { runs } = await host.verbs.runs({ project })
  assert.deepEqual(
    runs.map(({ name, state }) => `${name} ${state}`),
    ['first done', 'second done', 'a done', 'c done'],
  )
})

test('queued training can be moved up and down', async () => {
  const ids = []
  for (const name of ['m1', 'm2', 'm3', 'm4']) ids.push((await train(name, name === 'm1' ? 300 : 5)).id)
  const [, second, third, fourth] = ids as [string, string, string, string]
  const places = async () => {
    const found = await Promise.all([second, third, fourth].map((id) => host.work.get({ id })))
    return found.map(({ place }) => place)
  }
  assert.deepEqual(await places(), [1, 2, 3])
  await host.work.move({ id: fourth, by: -1 })
  await host.work.move({ id: fourth, by: -1 })
  await host.work.move({ id: fourth, by: -1 })
  await host.work.move({ id: third, by: 1 })
  assert.deepEqual(await places(), [2, 3, 1])
  for (const id of ids) assert.equal((await endOf(id)).state, 'done')
  const { runs } = await host.verbs.runs({ project })
  assert.deepEqual(
    runs.flatMap(({ name }) => (name.startsWith('m') ? [name] : [])),
    ['m1', 'm4', 'm2', 'm3'],
  )
})

test('until its first step, the record of training says what it does; from then on it does not', async () => {
  const stop = new AbortController()
  const records = await host.work.watchAll({}, { signal: stop.signal })
  const { id } = await train('stages', 3)
  const seen: string[] = []
  for await (const record of records) {
    if (record.id !== id) continue
    const { starting, progress, endedAt } = record
    assert.ok(starting === null || progress === null)
    const words = starting ? wordsOfStage(starting) : (progress?.phase ?? 'nothing')
    if (seen.at(-1) !== words) seen.push(words)
    if (endedAt !== null) break
  }
  stop.abort()
  assert.deepEqual(seen, [
    'nothing',
    'opening the models',
    'compiling 1 of 1: training step',
    'first step, 1 of 1 programs compiled',
    'step',
  ])
})

test('leaving a watched job stops nothing; stopping training pauses it; all jobs can be stopped', async () => {
  const { id } = await train('d', 5000)
  for await (const event of await host.work.watch({ id })) {
    if (event.type === 'step' && event.step > 12) break
  }
  assert.equal((await host.work.get({ id })).state, 'running')
  const waiting = await train('e', 10)
  await board.stopAll()
  assert.ok(board.list(null).every(({ endedAt }) => endedAt !== null))
  assert.deepEqual(
    [(await host.work.get({ id })).state, (await host.work.get({ id: waiting.id })).state],
    ['stopped', 'stopped'],
  )
  const run = (await host.runs.list({ project })).find(({ name }) => name === 'd')
  assert.equal(run?.state, 'paused')
  assert.ok((run?.step ?? 0) > 0 && (run?.spark.length ?? 0) > 0)
  const { series } = await host.runs.series({ project, run: run!.id })
  const { series: rest } = await host.runs.series({ project, run: run!.id, afterStep: 2 })
  assert.deepEqual(rest['sft/loss'], series['sft/loss']!.slice(2))
  const { step, steps, samples } = await host.runs.samples({ project, run: run!.id })
  assert.deepEqual([step, samples[0]?.score], [steps.at(-1), step])
})
