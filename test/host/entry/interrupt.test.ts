import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { RunRecord } from '../../../electron/contract/run-record.ts'
import { toyRows } from '../../invariant/toy.ts'
import { assertMistake, jsonOf, type Outcome, stetIn, temporaryFolder, writeRows } from './cli-process.ts'

const folder = temporaryFolder()
const stet = (...args: string[]) => stetIn(folder, args)
const train = 'train sft p.stet world --name base --epochs 30 --batch-size 4 --kl-samples 2'.split(' ')

/** Presses Ctrl-C this many times, once the run has begun. */
function interrupted(args: string[], times: number) {
  let pressed = 0
  let seen = ''
  return stetIn(folder, args, (text, kill) => {
    seen += text
    const due = pressed === 0 ? /step \d+ of/.test(seen) : /again to end it at once/.test(seen)
    if (!due || pressed === times) return
    pressed++
    kill('SIGINT')
  })
}

async function onlyRun(): Promise<RunRecord> {
  const { runs } = jsonOf(await stet('runs', 'p.stet', '--json')) as { runs: RunRecord[] }
  assert.equal(runs.length, 1)
  return runs[0]!
}

test('Ctrl-C pauses a run with a checkpoint, a second one ends it at once, and resuming finishes it', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({ instruction: `Say ${i}.`, output: `${i} it is.` }))
  writeRows(path.join(folder, 'demos.jsonl'), rows)
  await stet('init', 'p.stet')
  await stet('import', 'p.stet', 'demos.jsonl')

  const paused = await interrupted([...train, '--json'], 1)
  assert.equal(paused.code, 130, paused.stderr)
  const { run, state, step } = jsonOf(paused) as { run: string; state: string; step: number }
  assert.equal(state, 'paused')
  assert(step >= 1)
  assert.match(paused.stderr, /Ctrl-C again/)
  assert.equal((await onlyRun()).state, 'paused')

  const ended = await interrupted(['resume', 'p.stet', run], 2)
  assert.equal(ended.code, 130)
  assert.equal(ended.stdout, '')

  const resumed = await stet('resume', 'p.stet', run)
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.match(resumed.stdout, /is done after \d+ steps: model "base"/)
  assert.equal((await onlyRun()).state, 'done')
  const { metrics } = jsonOf(await stet('runs', 'p.stet', 'base', '--json')) as {
    metrics: Record<string, [number, number][]>
  }
  const steps = metrics['sft/loss']!.map(([at]) => at)
  assert.deepEqual(
    steps,
    steps.map((_, i) => i + 1),
  )
})

test('while a run trains its project can be read, exported and labelled, and the run is not disturbed', async () => {
  const rows = toyRows(12).map(({ item, edited }) => ({
    prompt: item.prompt[0]!.content,
    chosen: item.chosen,
    rejected: item.rejected,
    edited,
  }))
  writeRows(path.join(folder, 'pairs.jsonl'), rows)
  await stet('init', 'q.stet')
  await stet('import', 'q.stet', 'pairs.jsonl')
  const readers: Promise<Outcome>[] = []
  const golden = path.resolve(import.meta.dirname, '../../golden/llama-tied')
  let seen = ''
  const long = ['--epochs', '1000', '--batch-size', '4', '--json']
  const run = await stetIn(folder, ['train', 'sft', 'q.stet', 'world', ...long], async (text, kill) => {
    seen += text
    if (readers.length > 0 || !/step \d+ of/.test(seen)) return
    readers.push(
      stet('runs', 'q.stet', '--json'),
      stet('export', 'q.stet', '--format', 'trl', '--out', 'q.jsonl', '--json'),
      stet('label', 'q.stet', '--tokenizer', golden, '--json'),
      stet('import', 'q.stet', 'pairs.jsonl'),
    )
    await Promise.all(readers)
    kill('SIGINT')
  })
  const [runs, exported, labelled, imported] = await Promise.all(readers)
  assert.equal(run.code, 130, run.stderr)
  assert.equal((jsonOf(runs!) as { runs: RunRecord[] }).runs[0]!.state, 'running')
  assert.match(runs!.stderr, /Another process has this project open/)
  assert.deepEqual([exported!.code, (jsonOf(exported!) as { rows: number }).rows], [0, 24])
  assert.equal(labelled!.code, 0, labelled!.stderr)
  assertMistake(imported!, 1, /has been open in process \d+ .*Close it there or wait until it is done/)
})
