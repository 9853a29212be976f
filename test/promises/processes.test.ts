/** One project, several processes: one writes, the others read or are refused in a sentence, and a dead one blocks none. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openProject } from '../../electron/storage/index.ts'
import { assertMistake, type Outcome, stetIn, temporaryFolder, writeRows } from '../host/entry/cli-process.ts'
import { count, times } from './count.ts'

const folder = temporaryFolder()
const toyModel = path.resolve(import.meta.dirname, '../golden/llama-tied')
const stet = (...args: string[]) => stetIn(folder, args)

/** Every process takes part of this to start, beside other tests. */
const withinMs = 10_000

const importing = (project: string) => ['import', project, 'more.jsonl', '--dataset', 'more']
const training = (project: string) =>
  ['train', 'sft', project, toyModel, '--datasets', 'pairs', '--batch-size', '4', '--epochs', '400'].concat([
    '--max-query-tokens',
    '16',
    '--max-response-tokens',
    '16',
    '--kl-samples',
    '0',
    '--checkpoint-every',
    '1',
  ])

/** Processes that keep a project open, by what they print once they have it. */
const holders = {
  serve: { args: (project: string) => ['serve', project, '--port', '0'], ready: /http:\/\/127\.0\.0\.1/ },
  train: { args: training, ready: /step/ },
}

const doing = { serve: 'serves', train: 'trains' } as const

const writers = { import: importing, train: training, serve: holders.serve.args }

const readers = {
  runs: (project: string) => ['runs', project],
  evaluations: (project: string) => ['evaluations', project],
  label: (project: string) => ['label', project, '--tokenizer', toyModel],
  export: (project: string) => ['export', project, '--out', `${project}.jsonl`, '--force'],
}

/** Starts a holder. @returns once it has the project: how to end it, and its end */
async function hold(kind: keyof typeof holders, project: string) {
  const { args, ready } = holders[kind]
  let kill: (signal: NodeJS.Signals) => void = () => {}
  let seen = ''
  const ended = await new Promise<{ outcome: Promise<Outcome> }>((resolve, reject) => {
    const outcome = stetIn(folder, args(project), (text, end) => {
      kill = end
      seen += text
      if (ready.test(seen)) resolve({ outcome })
    })
    outcome.then(({ stderr }) => reject(new Error(`${kind} ended: ${stderr}`)), reject)
  })
  return { end: (signal: NodeJS.Signals) => kill(signal), outcome: ended.outcome }
}

async function timed(run: Promise<Outcome>): Promise<{ outcome: Outcome; ms: number }> {
  const from = performance.now()
  const outcome = await run
  return { outcome, ms: performance.now() - from }
}

/** @returns the name of a file of pairs that no other file has */
function pairsFile(name: string): string {
  const rows = Array.from({ length: 24 }, (_, i) => ({
    prompt: `Why ${name} ${i}?`,
    chosen: `Because of ${i}.`,
    rejected: `Since ${i}.`,
  }))
  return writeRows(path.join(folder, `${name}.jsonl`), rows)
}

before(async () => {
  pairsFile('pairs')
  writeRows(path.join(folder, 'more.jsonl'), [{ prompt: 'more', chosen: 'a', rejected: 'b' }])
  for (const name of [...Object.keys(holders), 'killed', 'race']) {
    await stet('init', `${name}.stet`)
    const imported = await stet('import', `${name}.stet`, 'pairs.jsonl', '--dataset', 'pairs')
    assert.equal(imported.code, 0, imported.stderr)
  }
})

for (const kind of Object.keys(holders) as (keyof typeof holders)[])
  describe(`while ${kind} has a project open`, () => {
    const project = `${kind}.stet`
    let holder: Awaited<ReturnType<typeof hold>>
    let slowest = 0

    before(async () => {
      holder = await hold(kind, project)
    })
    after(async () => {
      holder.end('SIGKILL')
      await holder.outcome
    })

    for (const [writer, args] of Object.entries(writers))
      test(`${writer} is refused, and told who has it`, async () => {
        const { outcome, ms } = await timed(stet(...args(project)))
        assertMistake(outcome, 1, new RegExp(`has been open in process \\d+ \\(main.ts ${kind}`))
        assert.ok(ms < withinMs, `it took ${ms} ms`)
        slowest = Math.max(slowest, ms)
      })

    for (const [reader, args] of Object.entries(readers))
      test(`${reader} reads beside it`, async () => {
        const { outcome, ms } = await timed(stet(...args(project)))
        assert.equal(outcome.code, 0, outcome.stderr)
        assert.ok(ms < withinMs, `it took ${ms} ms`)
        slowest = Math.max(slowest, ms)
      })

    test('the holder works on', () => {
      const pairs = Object.keys(writers).length + Object.keys(readers).length
      const { pid } = JSON.parse(readFileSync(path.join(folder, project, 'lock.json'), 'utf8'))
      assert.doesNotThrow(() => process.kill(pid, 0))
      count(
        'processes',
        `${pairs} commands beside a process that ${doing[kind]}: ${Object.keys(writers).length} writers refused by name, ${Object.keys(readers).length} readers answered, the slowest after ${(slowest / 1000).toFixed(1)} s with its start`,
      )
    })
  })

test('a project is free at once after its holder is killed', async () => {
  const tries = times({ few: 2, many: 20 })
  for (let i = 0; i < tries; i++) {
    const holder = await hold('serve', 'killed.stet')
    holder.end('SIGKILL')
    await holder.outcome
    const { code, stderr } = await stet('import', 'killed.stet', 'pairs.jsonl', '--dataset', `after-${i}`)
    assert.equal(code, 0, stderr)
  }
  count('processes', `${tries} holders killed: the next process got the project each time`)
})

test('of two that start at once each has the project alone, or is refused', async () => {
  const tries = times({ few: 2, many: 20 })
  let whole = 0
  for (let i = 0; i < tries; i++) {
    const files = [`left-${i}`, `right-${i}`].map(pairsFile)
    const outcomes = await Promise.all(files.map((file) => stet('import', 'race.stet', file)))
    const succeeded = outcomes.filter(({ code }) => code === 0)
    for (const outcome of outcomes) if (!succeeded.includes(outcome)) assertMistake(outcome, 1, /open in/)
    assert.ok(succeeded.length > 0, 'one of them got it')
    whole += succeeded.length
  }
  const { db, close } = await openProject(path.join(folder, 'race.stet'))
  const items = db.prepare('SELECT count(*) FROM items').pluck().get()
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  close()
  assert.equal(items, 24 * (1 + whole))
  count(
    'processes',
    `${tries} pairs of imports started at once: ${whole} whole, ${2 * tries - whole} refused, none in part`,
  )
})
