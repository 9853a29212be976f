import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calibration, precisionRecall } from '../../../electron/engine/statistics/classification.ts'
import { auroc, averageRanks, spearman } from '../../../electron/engine/statistics/ranking.ts'
import golden from '../../golden/statistics.json' with { type: 'json' }

function assertClose(actual: number | null, expected: number, tolerance = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)
}

test('ranks, AUROC and rank correlation equal those of SciPy and scikit-learn, ties included', () => {
  for (const { scores, labels, other, ...expected } of golden.ranking) {
    assert.deepEqual([...averageRanks(scores)], expected.ranks)
    assertClose(auroc(scores, labels), expected.auroc)
    assertClose(spearman(scores, other), expected.spearman)
  }
})

test('precision, recall and F1 equal those of scikit-learn', () => {
  const { predicted, actual, ...expected } = golden.classification
  const result = precisionRecall(predicted, actual)
  assertClose(result.precision, expected.precision)
  assertClose(result.recall, expected.recall)
  assertClose(result.f1, expected.f1)
})

test("calibration bins equal scikit-learn's curve, and the error is their weighted gap", () => {
  const { probabilities, outcomes, ...expected } = golden.calibration
  const { bins, expectedCalibrationError } = calibration(probabilities, outcomes)
  assert.deepEqual(
    bins.map((bin) => bin.count),
    expected.counts,
  )
  bins.forEach((bin, i) => {
    assertClose(bin.observedRate, expected.observed[i]!)
    assertClose(bin.meanPredicted, expected.predicted[i]!)
  })
  assertClose(expectedCalibrationError, expected.error)
})

test('AUROC is the share of pairs in order, and is mirrored if the scores change sign', () => {
  const labelled = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.boolean()), { maxLength: 40 })
  fc.assert(
    fc.property(labelled, (rows) => {
      const scores = rows.map(([score]) => score)
      const labels = rows.map(([, label]) => label)
      const pairs = rows
        .filter(([, label]) => label)
        .flatMap(([score]) => rows.filter(([, label]) => !label).map(([other]) => Math.sign(score - other)))
      const area = auroc(scores, labels)
      if (pairs.length === 0) return assert.equal(area, null)
      assertClose(area, pairs.reduce((sum: number, sign) => sum + (sign + 1) / 2, 0) / pairs.length)
      assertClose(
        auroc(
          scores.map((x) => -x),
          labels,
        ),
        1 - area!,
      )
    }),
  )
})

test('an undefined statistic is null', () => {
  assert.equal(auroc([1, 2], [1, 1]), null)
  assert.equal(spearman([1, 1, 1], [1, 2, 3]), null)
  assert.deepEqual(precisionRecall([0, 0], [0, 0]), { precision: null, recall: null, f1: null })
  assert.deepEqual(precisionRecall([0, 0], [0, 1]), { precision: null, recall: 0, f1: 0 })
})

test('a score that is not a number and a probability above 1 are refused', () => {
  assert.throws(() => auroc([1, Number.NaN], [0, 1]), /not a number/)
  assert.throws(() => calibration([1.2], [1]), /not a probability/)
})
