import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const questions = Array.from({ length: 40 }, (_, i) => `Question ${i}?`)
const outputs = (name: string, output: (i: number) => string) => {
  const file = path.join(folder, name)
  writeRows(
    file,
    questions.map((instruction, i) => ({ instruction, output: output(i) })),
  )
  return file
}
const long = outputs('secret-long.jsonl', (i) => `A long answer to ${i}, too long.`)
const short = outputs('secret-short.jsonl', (i) => `Short ${i}.`)
writeRows(
  path.join(folder, 'items.jsonl'),
  questions.map((prompt, i) => ({
    prompt,
    rejected: 'No.',
    chosen: 'Yes.',
    domain: i % 2 === 0 ? 'fares' : 'times',
    row: i,
    flaws: i % 3 === 0 ? ['rude', 'hedge'] : ['hedge'],
  })),
)
const { folder: project } = await host.projects.create({ name: 'judging' })
for await (const _ of await host.verbs.import({ project, files: [path.join(folder, 'items.jsonl')] }));
for await (const _ of await host.verbs.judge({
  project,
  reference: long,
  candidate: short,
  judge: 'length:shorter',
  heldout: 0.9,
}));
const [automatic] = await host.judge.list({ project })
const n = automatic!.pairs

test('an automatic evaluation is listed with its result and its pairs', async () => {
  assert.deepEqual(
    [automatic!.judged, automatic!.summary?.winRate, automatic!.judge],
    [n, 100, 'length shorter'],
  )
  const { pairs } = await host.judge.pairs({ project, evaluation: automatic!.id })
  assert.ok(pairs.every(({ verdicts }) => verdicts.length === 2))
})

test('an evaluation is split by the fields of its items that have a few values, and by prompt length', async () => {
  const { subsets, caution } = await host.judge.subsets({ project, evaluation: automatic!.id })
  const fields = Map.groupBy(subsets, ({ field }) => field)
  assert.deepEqual([...fields.keys()].sort(), ['domain', 'flaws', 'prompt length'])
  const counts = (field: string) => fields.get(field)!.reduce((sum, subset) => sum + subset.n, 0)
  assert.deepEqual([counts('domain'), counts('prompt length')], [n, n])
  assert.equal(fields.get('flaws')!.find(({ value }) => value === 'hedge')!.n, n)
  assert.ok(subsets.every(({ winRate }) => winRate === 100))
  assert.match(caution, new RegExp(`^With ${subsets.length} subsets some will differ by chance`))
})

async function judgeAll(prefer: (left: string, right: string) => 'left' | 'right' | 'skip', judge: string) {
  const session = await host.judge.startBlind({ project, evaluation: automatic!.id, judge })
  const lefts: string[] = []
  for (;;) {
    const pair = await host.judge.next({ project, evaluation: session.id })
    if (pair === null) break
    assert.doesNotMatch(JSON.stringify(pair), /secret|candidate|reference|swapped/)
    lefts.push(pair.left)
    const answer = prefer(pair.left, pair.right)
    await host.judge.vote({ project, evaluation: session.id, pairId: pair.pairId, answer, elapsedMs: 900 })
  }
  return { id: session.id, lefts }
}

test('a person judges blind: sides are mixed, and the win rate is that of the answers they chose', async () => {
  const { id, lefts } = await judgeAll(
    (left, right) => (left.length < right.length ? 'left' : 'right'),
    'ann',
  )
  const shortLeft = lefts.filter((text) => text.startsWith('Short')).length
  assert.ok(shortLeft > n / 5 && shortLeft < (4 * n) / 5, `${shortLeft} of ${n} short answers were left`)
  const { record, agreement } = await host.judge.pairs({ project, evaluation: id })
  assert.deepEqual([record.summary?.winRate, record.summary?.n], [100, n])
  assert.deepEqual([agreement[0]!.judge, agreement[0]!.agreement], ['length shorter', 1])
})

test('always choosing the left side favours neither model', async () => {
  const { id } = await judgeAll(() => 'left', 'left-handed')
  const { record, pairs } = await host.judge.pairs({ project, evaluation: id })
  const forB = pairs.filter(({ verdicts }) => verdicts[0]!.preference === 1).length
  assert.equal(record.summary?.winRate, (100 * forB) / n)
  assert.ok(forB > n / 5 && forB < (4 * n) / 5)
})

test('disagreements of a person with the automatic judge are listed pair by pair, from either side', async () => {
  const { id } = await judgeAll((left) => (left.startsWith('Short') ? 'left' : 'skip'), 'hasty')
  const hasty = await host.judge.pairs({ project, evaluation: id })
  const withMachine = hasty.agreement.find(({ evaluation }) => evaluation === automatic!.id)!
  assert.deepEqual([withMachine.n, withMachine.disagreements], [hasty.record.summary!.n, []])
  const lefty = hasty.agreement.find(({ judge }) => judge === 'left-handed')!
  const { agreement } = await host.judge.pairs({ project, evaluation: lefty.evaluation })
  const machine = agreement.find(({ evaluation }) => evaluation === automatic!.id)!
  assert.ok(machine.disagreements.length > 0)
  assert.equal(machine.disagreements.length, Math.round(n * (1 - machine.agreement)))
  assert.ok(machine.disagreements.every(({ own, theirs }) => own === 'loss' && theirs === 'win'))
  const back = await host.judge.pairs({ project, evaluation: automatic!.id })
  const same = back.agreement.find(({ evaluation }) => evaluation === lefty.evaluation)!.disagreements
  assert.deepEqual(
    same.map(({ pairId, own, theirs }) => [pairId, theirs, own]).sort(),
    machine.disagreements.map(({ pairId, own, theirs }) => [pairId, own, theirs]).sort(),
  )
})

test('a skipped pair does not count, a verdict can be undone, and a pair has only one', async () => {
  const { id } = await host.judge.startBlind({ project, evaluation: automatic!.id, judge: 'bob', pairs: 3 })
  const next = () => host.judge.next({ project, evaluation: id })
  const vote = async (answer: 'left' | 'skip') => {
    const pair = await next()
    return host.judge.vote({ project, evaluation: id, pairId: pair!.pairId, answer, elapsedMs: 1 })
  }
  const first = await next()
  await vote('left')
  await assert.rejects(
    host.judge.vote({ project, evaluation: id, pairId: first!.pairId, answer: 'left', elapsedMs: 1 }),
    { code: 'conflict' },
  )
  assert.deepEqual(await host.judge.undo({ project, evaluation: id }), { judged: 0 })
  assert.equal((await next())!.pairId, first!.pairId)
  await vote('left')
  await vote('skip')
  const { finished } = await vote('left')
  assert.deepEqual([finished?.judged, finished?.summary?.n], [3, 2])
})

test('the ratings say why there are none if one side has never won', async () => {
  const { ratings, reason } = await host.judge.ratings({ project })
  assert.ok(ratings.length === 2 || /no bound/.test(reason))
})

test('evaluations are exported as a picture with the 50% line, one row each', async () => {
  const figures = await host.judge.figures({ project })
  const { svg } = figures.find(({ name }) => name === 'evaluations')!
  const finished = (await host.judge.list({ project })).filter(({ summary }) => summary !== null)
  assert.equal(svg.match(/class="even"/g)!.length, finished.length)
  assert.match(svg, /100\.0 \(100\.0 – 100\.0\)/)
  assert.match(svg, />secret-short\.jsonl against secret-long\.jsonl, length shorter</)
})

test('verdicts are exported as CSV and JSON, one per row', async () => {
  const take = async (format: 'csv' | 'json') =>
    (await host.judge.exportPairs({ project, evaluation: automatic!.id, format })).text
  const rows = JSON.parse(await take('json')) as { preferenceForB: number }[]
  assert.equal(rows.length, 2 * n)
  assert.ok(rows.every(({ preferenceForB }) => preferenceForB === 1))
  assert.equal((await take('csv')).trim().split('\n').length, 2 * n + 1)
})
