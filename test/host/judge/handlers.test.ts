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

test('the reason for a verdict is stored with it, exported, and taken back with it', async () => {
  const { id } = await host.judge.startBlind({ project, evaluation: automatic!.id, judge: 'cy', pairs: 2 })
  const vote = async (answer: 'left' | 'skip', reason: string) => {
    const pair = await host.judge.next({ project, evaluation: id })
    return host.judge.vote({ project, evaluation: id, pairId: pair!.pairId, answer, reason, elapsedMs: 1 })
  }
  const reasons = async () =>
    (await host.judge.pairs({ project, evaluation: id })).pairs.flatMap(({ verdicts }) =>
      verdicts.map(({ reason }) => reason),
    )
  await vote('left', ' names the price ')
  assert.deepEqual(await reasons(), ['names the price'])
  await host.judge.undo({ project, evaluation: id })
  assert.deepEqual(await reasons(), [])
  await vote('left', 'shorter')
  await vote('left', '')
  assert.deepEqual((await reasons()).sort(), ['shorter', undefined])
  const { text } = await host.judge.exportPairs({ project, evaluation: id, format: 'csv' })
  assert.match(text, /^[^\n]*,rawReply,reason\n/)
  assert.match(text, /,shorter\n/)
})

/** Judges until `stop` says so, and gives every pair's id in the order in which it was shown. */
async function judgeSession(
  id: string,
  prefer: (left: string, right: string, i: number) => 'left' | 'right' | 'skip',
  most = 1000,
) {
  const shown: { pairId: string; left: string; decided: boolean; total: number }[] = []
  for (let i = 0; i < most; i++) {
    const pair = await host.judge.next({ project, evaluation: id })
    if (pair === null) break
    shown.push(pair)
    const answer = prefer(pair.left, pair.right, i)
    await host.judge.vote({ project, evaluation: id, pairId: pair.pairId, answer, elapsedMs: 1 })
  }
  return shown
}

const preferShort = (left: string, right: string) => (left.length < right.length ? 'left' : 'right')
const recordOf = async (id: string) =>
  (await host.judge.list({ project })).find((record) => record.id === id)!

test('some pairs are shown again later with their sides exchanged, and agreement with oneself is reported', async () => {
  const started = await host.judge.startBlind({
    project,
    evaluation: automatic!.id,
    judge: 'twice',
    repeats: 0.25,
  })
  const shown = await judgeSession(started.id, preferShort)
  const repeats = Math.round(0.25 * n)
  assert.deepEqual([shown.length, shown[0]!.total], [n + repeats, n + repeats])
  const byPair = [...Map.groupBy(shown, ({ pairId }) => pairId).values()].filter((own) => own.length === 2)
  assert.equal(byPair.length, repeats)
  for (const [first, second] of byPair) {
    assert.notEqual(first!.left, second!.left)
    assert.ok(shown.indexOf(second!) - shown.indexOf(first!) >= Math.min(10, n - shown.indexOf(first!)))
  }
  const { session, summary } = await recordOf(started.id)
  assert.deepEqual(
    [session!.selfAgreement!.n, session!.selfAgreement!.agreement, summary!.winRate],
    [repeats, 1, 100],
  )

  const fickle = await host.judge.startBlind({
    project,
    evaluation: automatic!.id,
    judge: 'fickle',
    repeats: 0.25,
  })
  await judgeSession(fickle.id, () => 'left')
  assert.equal((await recordOf(fickle.id)).session!.selfAgreement!.agreement, 0)
})

test('a session says when it is decided without saying for which side, and can be stopped then', async () => {
  const started = await host.judge.startBlind({ project, evaluation: automatic!.id, judge: 'early' })
  await assert.rejects(host.judge.stopBlind({ project, evaluation: started.id }), /No pair has a verdict yet/)
  const shown = await judgeSession(started.id, preferShort, 15)
  assert.equal(shown[0]!.decided, false)
  assert.equal(shown.at(-1)!.decided, true)
  const open = await recordOf(started.id)
  assert.deepEqual([open.summary, open.session!.decided, open.session!.anytime], [null, true, null])
  const { summary, session } = await host.judge.stopBlind({ project, evaluation: started.id })
  assert.equal(summary!.n, 15)
  assert.match(
    summary!.warnings.join(' '),
    new RegExp(`stopped with ${n - 15} pairs left. Trust the interval`),
  )
  assert.ok(session!.anytime!.low > 50 && session!.anytime!.high === 100 && session!.anytime!.prompts === 15)
})

test('an automatic rate is corrected by the votes of people, once they are twenty', async () => {
  const { corrected } = await recordOf(automatic!.id)
  // Everybody above judged all pairs or some; their mean vote counts.
  assert.ok(corrected !== null && corrected.votes === n && corrected.others === 0)
  for await (const _ of await host.verbs.judge({
    project,
    reference: long,
    candidate: short,
    judge: 'length:longer',
    heldout: 0.9,
  }));
  const [wrong] = await host.judge.list({ project })
  assert.deepEqual([wrong!.summary!.winRate, wrong!.corrected], [0, null])
  const started = await host.judge.startBlind({ project, evaluation: wrong!.id, judge: 'ann', pairs: 25 })
  await judgeSession(started.id, (left, right, i) => (i < 5 ? 'left' : preferShort(left, right)))
  const after = (await recordOf(wrong!.id)).corrected!
  assert.deepEqual([after.votes, after.others, after.weight], [25, n - 25, 0])
  assert.ok(after.winRate > 80 && after.interval.low > 60)
  assert.equal((await recordOf(started.id)).corrected, null)
})

test('edits are judged blind against the originals, and are not rated as models', async () => {
  await assert.rejects(host.judge.startBlindEdits({ project, judge: 'ann' }), /no finished edit/)
  writeRows(
    path.join(folder, 'edits.jsonl'),
    questions
      .slice(0, 12)
      .map((prompt, i) => ({ prompt, rejected: `It is ${i}, fool.`, edited: `It is ${i}.` })),
  )
  for await (const _ of await host.verbs.import({ project, files: [path.join(folder, 'edits.jsonl')] }));
  const started = await host.judge.startBlindEdits({ project, judge: 'ann', repeats: 0.5 })
  assert.deepEqual([started.name, started.pairs, started.of], ['edited against original', 12, null])
  await judgeSession(started.id, preferShort)
  const { summary, session } = await recordOf(started.id)
  assert.deepEqual([summary!.winRate, summary!.n, session!.selfAgreement!.n], [100, 12, 6])
  const { ratings } = await host.judge.ratings({ project })
  assert.ok(ratings.every(({ model }) => model !== 'edited' && model !== 'original'))
  const listed = await host.verbs.evaluations({ project })
  assert.equal(listed[0]!.id, started.id)
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
