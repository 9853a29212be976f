/** Results beside each other: candidates of one round, judges of the same pairs, and the file to share. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const questions = Array.from({ length: 60 }, (_, i) => `Question ${i}?`)
const outputs = (name: string, output: (i: number) => string) => {
  const file = path.join(folder, `${name}.jsonl`)
  writeRows(
    file,
    questions.map((instruction, i) => ({ instruction, output: output(i) })),
  )
  return file
}
const reference = outputs('reference', () => 'An answer of some length.')
const short = outputs('short', () => 'Brief.')
const mixed = outputs('mixed', (i) => (i % 2 === 0 ? 'Brief.' : 'A much longer answer, which goes nowhere.'))
const hostile = outputs('hostile', () => '<script>alert(1)</script> & "<b>')
writeRows(
  path.join(folder, 'items.jsonl'),
  questions.map((prompt) => ({ prompt, rejected: 'No.', chosen: 'Yes.' })),
)
const { folder: project } = await host.projects.create({ name: 'rounds' })
for await (const _ of await host.verbs.import({ project, files: [path.join(folder, 'items.jsonl')] }));
const compare = async (candidate: string, judge = 'length:shorter') => {
  const settings = { project, reference, candidate, judge, heldout: 0.9 }
  for await (const _ of await host.verbs.judge(settings));
  return (await host.judge.list({ project }))[0]!
}
const first = await compare(short)
const second = await compare(mixed)
const n = first.pairs

test('candidates of the same reference, prompts and judge are one round, with paired differences', async () => {
  const { rows, differences } = await host.judge.round({ project, evaluation: second.id })
  assert.deepEqual(
    rows.map(({ candidate, summary }) => [path.basename(candidate), summary.n]),
    [
      ['short.jsonl', n],
      ['mixed.jsonl', n],
    ],
  )
  const own = differences.find(({ candidate }) => candidate === short)!
  assert.ok(Math.abs(own.value - (rows[0]!.summary.winRate - rows[1]!.summary.winRate)) < 1e-9)
  // `short` always wins, so the difference is what `mixed` loses, and its interval is the mirrored one.
  const { low, high } = rows[1]!.summary.interval
  assert.ok(Math.abs(own.interval.low - (100 - high)) < 6 && Math.abs(own.interval.high - (100 - low)) < 6)
  const mirrored = differences.find(({ candidate }) => candidate === mixed)!
  assert.ok(Math.abs(mirrored.value + own.value) < 1e-9)
  assert.ok(Math.abs(mirrored.interval.low + own.interval.high) < 1e-9)
})

test('another judge is not part of the round, but agrees or not pair by pair', async () => {
  const other = await compare(short, 'length:longer')
  const { rows } = await host.judge.round({ project, evaluation: other.id })
  assert.deepEqual(
    rows.map(({ evaluation }) => evaluation),
    [other.id],
  )
  const { agreement, pairs } = await host.judge.pairs({ project, evaluation: first.id })
  assert.deepEqual(
    agreement.map(({ judge, disagreements }) => [judge, disagreements.length]),
    [['length longer', n]],
  )
  assert.ok(pairs.every(({ others }) => others.length === 1 && others[0] === 'loss'))
  const { agreement: ofSecond } = await host.judge.pairs({ project, evaluation: second.id })
  assert.deepEqual(ofSecond, [])
})

test('a result is shared as one file without scripts or links, in which texts are text', async () => {
  const { id } = await compare(hostile)
  const { name, html } = await host.judge.share({ project, evaluation: id })
  assert.match(name, /^[\p{L}\p{N}.-]+\.html$/u)
  assert.match(html, /default-src 'none'/)
  assert.doesNotMatch(html, /<script|https?:\/\/|src=|@import|url\(/)
  assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
  assert.match(html, /hostile loses to reference: it wins <b>/)
})

test('a session without a result is not shared', async () => {
  const { id } = await host.judge.startBlind({ project, evaluation: first.id, judge: 'ann' })
  await assert.rejects(host.judge.share({ project, evaluation: id }), /has no result yet: 0 of \d+ pairs/)
})

test('pairs are also split by the kinds that annotators gave to their changes, before the metadata', async () => {
  const { ids } = await host.annotate.queue({ project, annotator: 'ann', order: 'all' })
  for (const [i, itemId] of ids.entries()) {
    const changeKinds = [
      { start: 0, end: 2, kind: i % 2 === 0 ? 'Fact' : 'Tone', severity: 'minor' as const },
    ]
    const annotation = {
      ...{ itemId, annotator: 'ann', edited: 'Never.', state: 'done' as const, createdAt: null },
      ...{ operations: [], elapsedMs: 5, provenance: 'human' as const, changeKinds },
    }
    await host.annotate.save({ project, annotation })
  }
  const { subsets } = await host.judge.subsets({ project, evaluation: second.id })
  const kinds = subsets.filter(({ field }) => field === 'kind of change')
  assert.deepEqual(kinds.map(({ value }) => value).sort(), ['Fact', 'Tone'])
  assert.equal(
    kinds.reduce((sum, subset) => sum + subset.n, 0),
    n,
  )
})
