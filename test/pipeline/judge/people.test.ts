/** Statistics of people's votes: the corrected win rate, and the confidence sequence. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uniforms } from '../../../electron/engine/random.ts'
import {
  confidenceSequence,
  isDecided,
  logCapital,
} from '../../../electron/pipeline/judge/confidence-sequence.ts'
import { correctedWinRate } from '../../../electron/pipeline/judge/prediction-powered.ts'
import golden from '../../golden/evidence.json' with { type: 'json' }

function assertClose(actual: number, expected: number, tolerance: number) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)
}

/** Each pair on its own prompt. */
function pairsOf({ human, judge, others }: { human: number[]; judge: number[]; others: number[] }) {
  return [
    human.map((vote, i) => ({ human: vote, judge: judge[i]!, prompt: `v${i}` })),
    others.map((verdict, i) => ({ judge: verdict, prompt: `o${i}` })),
  ] as const
}

test("the corrected win rate and its interval equal ppi-python's, with its power tuning", () => {
  for (const { winRate, low, high, ...votes } of golden.correctedRates) {
    const corrected = correctedWinRate(...pairsOf(votes))
    assertClose(corrected.winRate, winRate, 1e-9)
    assertClose(corrected.interval.low, low, 1e-9)
    assertClose(corrected.interval.high, high, 1e-9)
  }
})

test('a judge that agrees narrows the interval, and one that is worse than chance is not used', () => {
  const widthOf = ({ interval }: ReturnType<typeof correctedWinRate>) => interval.high - interval.low
  const [votes] = golden.correctedRates
  const [voted, others] = pairsOf(votes!)
  assert.ok(widthOf(correctedWinRate(voted, others)) < 0.8 * widthOf(correctedWinRate(voted, [])))
  assert.equal(correctedWinRate(voted, []).weight, 0)
  assert.equal(correctedWinRate(...pairsOf(golden.correctedRates.at(-1)!)).weight, 0)
  const constant = voted.map((pair) => ({ ...pair, judge: 1 }))
  assert.equal(
    correctedWinRate(
      constant,
      others.map((pair) => ({ ...pair, judge: 1 })),
    ).weight,
    0,
  )
})

test('the same prompt judged for four seeds counts once, not four times', () => {
  const [votes] = golden.correctedRates
  const [voted, others] = pairsOf(votes!)
  const four = [0, 1, 2, 3]
  const once = correctedWinRate(voted, others)
  const repeated = correctedWinRate(
    four.flatMap(() => voted),
    four.flatMap(() => others),
  )
  // λ differs a little, because its variance has n − 1.
  assertClose(repeated.winRate, once.winRate, 0.05)
  assertClose(repeated.interval.low, once.interval.low, 0.1)
  assertClose(repeated.interval.high, once.interval.high, 0.1)
})

test("capital processes equal confseq's, and the interval lies on its grid", () => {
  for (const { values, capital, low, high } of golden.sequences) {
    for (const [m, sides] of Object.entries(capital)) {
      for (const side of ['higher', 'lower'] as const)
        assertClose(logCapital(values, Number(m), side).at(-1)!, Math.log(sides[side]), 1e-9)
    }
    const sequence = confidenceSequence(values)
    // confseq widens its interval to the next point of a grid of 0.1, and by one more.
    assert.ok(sequence.low >= low - 1e-9 && sequence.low - low <= 0.2 + 1e-9, `${sequence.low} ${low}`)
    assert.ok(sequence.high <= high + 1e-9 && high - sequence.high <= 0.2 + 1e-9, `${sequence.high} ${high}`)
    assert.equal(isDecided(values), sequence.low > 50 || sequence.high < 50)
  }
})

test('looking after every verdict, an even split is called decided in fewer than 5% of the sessions', () => {
  let wrong = 0
  const sessions = 400
  for (let session = 0; session < sessions; session++) {
    const draws = uniforms({ seed: 3, stream: 'even' }, session, 120)
    if (isDecided(Array.from(draws, (u) => (u < 0.4 ? 0 : u < 0.6 ? 0.5 : 1)))) wrong++
  }
  assert.ok(wrong / sessions < 0.05, `${wrong} of ${sessions}`)
})

test('a clear preference is decided long before 120 verdicts, and no verdict decides nothing', () => {
  const clear = Array.from({ length: 120 }, (_, i) => (i % 5 === 0 ? 0 : 1))
  const first = clear.findIndex((_, i) => isDecided(clear.slice(0, i + 1)))
  assert.ok(first > 5 && first < 60, `${first}`)
  // Once decided, it stays so: the interval only shrinks.
  const after = [...clear.slice(0, first + 1), ...Array(60).fill(0)]
  assert.ok(isDecided(after))
  assert.deepEqual(confidenceSequence([]), { low: 0, high: 100 })
  assert.equal(isDecided([]), false)
})
