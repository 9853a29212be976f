import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concordanceOf, lengthControl } from '../../../electron/pipeline/judge/length-control.ts'
import { isSeparated } from '../../../electron/pipeline/judge/logistic-regression.ts'
import { type LengthRow, lengthControlledWinRate } from '../../../electron/pipeline/judge/win-rate.ts'
import golden from '../../golden/evidence.json' with { type: 'json' }

function rowOf(preference: number, difference: number): LengthRow {
  return { preference, referenceLength: 200, modelLength: 200 + difference }
}

function range<Value>(count: number, of: (i: number) => Value): Value[] {
  return Array.from({ length: count }, (_, i) => of(i))
}

test('separation is found exactly where a linear program finds a separating direction', () => {
  for (const { features, targets, separated } of golden.separations)
    assert.equal(isSeparated(features, targets), separated, JSON.stringify({ features, targets }))
  const found = golden.separations.filter(({ separated }) => separated).length
  assert.ok(found > 10 && found < 50, `${found} separated cases`)
})

test("concordance equals scikit-learn's weighted area under the ROC curve", () => {
  for (const { differences, preferences, concordance } of golden.concordances) {
    const judged = differences.map((difference, i) => ({ difference, preference: preferences[i]! }))
    assert.ok(Math.abs(concordanceOf(judged) - concordance) < 1e-12)
  }
})

test('an ordinary sample has the rate of the regression, and nothing to say', () => {
  const rows = range(200, (i) => rowOf([1, 0, 0.5, 1, 0.3][i % 5]!, ((i * 37) % 101) - 50))
  assert.deepEqual(lengthControl(rows), { rate: lengthControlledWinRate(rows), sentence: null })
})

test('where length decides the verdicts, sharply or nearly, for longer or for shorter, the rate is withheld', () => {
  const differences = range(100, (i) => (i < 67 ? 1 : -1) * (5 + (i % 11)))
  for (const [win, loss] of [
    [1, 0],
    [0, 1],
    [0.9999, 0.0001],
    [0.999, 0.001],
  ] as const) {
    const { rate, sentence } = lengthControl(differences.map((d) => rowOf(d > 0 ? win : loss, d)))
    assert.equal(rate, null)
    assert.match(sentence!, /decide all or nearly all verdicts/)
  }
  // A cut that is not at equal length, and pairs of equal length with either verdict.
  const cut = range(100, (i) => rowOf(i - 50 > 12 ? 1 : 0, i - 50))
  assert.equal(lengthControl(cut).rate, null)
  const equal = [...differences.map((d) => rowOf(d > 0 ? 1 : 0, d)), rowOf(1, 0), rowOf(0, 0), rowOf(0.5, 0)]
  assert.equal(lengthControl(equal).rate, null)
})

test('a single exception does not make such a rate known', () => {
  const rows = range(300, (i) => rowOf(i % 2 === (i === 7 ? 0 : 1) ? 1 : 0, i % 2 === 1 ? 10 + (i % 5) : -10))
  const { rate, sentence } = lengthControl(rows)
  assert.equal(rate, null, `${rate}`)
  assert.match(sentence!, /withheld/)
})

test('where lengths hardly overlap the rate is withheld, and where few overlap a sentence says so', () => {
  const verdictOf = (i: number) => [1, 0, 0, 0.5, 0, 1, 0][i % 7]!
  const shorter = (few: number) =>
    range(400, (i) =>
      rowOf(verdictOf(i), i % Math.floor(400 / Math.max(few, 1)) === 0 && few > 0 ? 15 : -300 + (i % 50)),
    )
  assert.match(
    lengthControl(shorter(0)).sentence!,
    /None of the candidate's 400 answers is at least as long as/,
  )
  const hardly = lengthControl(shorter(5))
  assert.equal(hardly.rate, null)
  assert.match(hardly.sentence!, /Only 5 of 400 .* withheld/)
  const few = lengthControl(shorter(20))
  assert.ok(few.rate !== null)
  assert.match(few.sentence!, /Only 20 of 400 .* few pairs/)
  assert.equal(lengthControl(shorter(80)).sentence, null)
})

test('a side that wins every pair has 100% at equal length if lengths overlap, and no rate if they do not', () => {
  assert.deepEqual(lengthControl([rowOf(1, 5), rowOf(1, -5)]), { rate: 100, sentence: null })
  assert.deepEqual(lengthControl([rowOf(0, 0), rowOf(0, 0)]), { rate: 0, sentence: null })
  assert.equal(lengthControl([rowOf(1, 5), rowOf(1, 9)]).rate, null)
})

test('length and difficulty that together decide every verdict are recognised', () => {
  const difficulty = range(120, (i) => ((i * 29) % 61) / 10 - 3)
  const differences = range(120, (i) => ((i * 53) % 97) - 48)
  const rows = differences.map((difference, i) =>
    rowOf(Math.tanh(difference / 28) + difficulty[i]! > 0.1 ? 1 : 0, difference),
  )
  assert.notEqual(lengthControl(rows).rate, null)
  const { rate, sentence } = lengthControl(rows, difficulty)
  assert.equal(rate, null)
  assert.match(sentence!, /difficulty of the instructions together decide every verdict/)
})
