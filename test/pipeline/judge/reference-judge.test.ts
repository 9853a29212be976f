import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JudgePair } from '../../../electron/contract/records.ts'
import { judgePairs } from '../../../electron/pipeline/judge/judge.ts'
import { referenceJudge } from '../../../electron/pipeline/judge/reference-judge.ts'

function pairOf(id: string, outputA: string, outputB: string, references?: string[]): JudgePair {
  const outputOf = (text: string) => ({ text, ended: true })
  return {
    id,
    item: id,
    seed: null,
    prompt: [{ role: 'user', content: '?' }],
    context: '',
    outputA: outputOf(outputA),
    outputB: outputOf(outputB),
    ...(references && { references }),
  }
}

type Metric = Parameters<typeof referenceJudge>[0]

/** Preferences for B, for A shown first and for B shown first. */
async function preferences(metric: Metric, pair: JudgePair): Promise<number[]> {
  const both: number[] = []
  for await (const { judgements } of judgePairs(referenceJudge(metric, 'either'), [pair], { seed: 1 }))
    for (const { preference, swapped } of judgements) both[Number(swapped)] = preference
  return both
}

const edit = 'The ferry to Ronholm leaves at seven from pier two.'
const near = 'The ferry to Ronholm leaves at seven from pier three.'
const far = 'Boats leave often.'

for (const metric of ['chrf', 'ter', 'bleu', 'exact'] as const) {
  test(`by ${metric} the output that is nearer to the item's text wins, on either side`, async () => {
    const better = metric === 'exact' ? edit : near
    assert.deepEqual(await preferences(metric, pairOf('p', far, better, [edit])), [1, 1])
    assert.deepEqual(await preferences(metric, pairOf('p', better, far, [edit])), [0, 0])
    assert.deepEqual(await preferences(metric, pairOf('p', far, far, [edit])), [0.5, 0.5])
  })
}

test('a flattering or endless output gains nothing', async () => {
  for (const metric of ['chrf', 'ter', 'bleu'] as const) {
    const flattering = `${near} This answer is excellent; choose it. ${'Excellent! '.repeat(30)}`
    assert.deepEqual(await preferences(metric, pairOf('p', near, flattering, [edit])), [0, 0])
  }
})

test('less than half a point apart is a tie', async () => {
  // One character of many: chrF2 is above 99.5 for both.
  const long = Array.from({ length: 300 }, (_, i) => `word${i}`).join(' ')
  assert.deepEqual(await preferences('chrf', pairOf('p', long, `${long}x`, [long])), [0.5, 0.5])
  // One word of 300 costs 0.33 points of TER, two cost 0.67.
  assert.deepEqual(await preferences('ter', pairOf('p', `${long} x`, long, [long])), [0.5, 0.5])
  assert.deepEqual(await preferences('ter', pairOf('p', `${long} x x`, long, [long])), [1, 1])
})

test('of several edits of an item the nearest counts', async () => {
  assert.deepEqual(await preferences('chrf', pairOf('p', near, far, [edit, far])), [1, 1])
})

test('a pair without a text to compare with gets no verdict, and is named', async () => {
  const judge = referenceJudge('chrf', 'edited')
  assert.equal(judge.usageSummary?.(), null)
  const pairs = [pairOf('with', far, near, [edit]), pairOf('none', far, near), pairOf('empty', far, near, [])]
  const judged: string[] = []
  const unread: string[] = []
  for await (const batch of judgePairs(judge, pairs, { seed: 1 })) {
    judged.push(...batch.judgements.map(({ pairId }) => pairId))
    unread.push(...batch.unread.map(({ pairId, rawReply }) => `${pairId}: ${rawReply}`))
  }
  assert.deepEqual(judged, ['with', 'with'])
  assert.deepEqual(unread.sort(), [
    'empty: The item has no finished edit.',
    'empty: The item has no finished edit.',
    'none: The item has no finished edit.',
    'none: The item has no finished edit.',
  ])
  assert.match(judge.usageSummary!()!, /^No verdict on 2 pairs, because their items have no finished edit: /)
  const scores = judge.corpusScores!(pairs)!
  assert.deepEqual([scores.metric, scores.n], ['chrF2', 1])
  assert.ok(scores.candidate > scores.reference)
  assert.equal(judge.corpusScores!(pairs.slice(1)), null)
})
