/** How well yes-or-no predictions match the truth: precision, recall, F1, and the calibration of probabilities. */
import assert from 'node:assert/strict'

export interface PrecisionRecall {
  /** Of those predicted, the share that is true; null if nothing was predicted. */
  precision: number | null
  /** Of those true, the share that was predicted; null if nothing is true. */
  recall: number | null
  /** Harmonic mean of both, 2TP / (2TP + FP + FN); null if nothing was predicted and nothing is true. */
  f1: number | null
}

/** Precision, recall and F1 of the positive class. Entries are true or non-zero for positive. */
export function precisionRecall(
  predicted: ArrayLike<boolean | number>,
  actual: ArrayLike<boolean | number>,
): PrecisionRecall {
  assert(predicted.length === actual.length, 'Precision needs one truth per prediction.')
  let both = 0
  let predictedCount = 0
  let actualCount = 0
  for (let i = 0; i < predicted.length; i++) {
    if (predicted[i]) predictedCount++
    if (actual[i]) actualCount++
    if (predicted[i] && actual[i]) both++
  }
  return {
    precision: predictedCount === 0 ? null : both / predictedCount,
    recall: actualCount === 0 ? null : both / actualCount,
    f1: predictedCount + actualCount === 0 ? null : (2 * both) / (predictedCount + actualCount),
  }
}

export interface ReliabilityBin {
  /** The bin holds probabilities in [low, high); the last one holds 1 too. */
  low: number
  high: number
  count: number
  meanPredicted: number
  observedRate: number
}

export interface Calibration {
  /** Bins that hold at least one prediction, in ascending order. */
  bins: ReliabilityBin[]
  /** Mean over predictions of |observed rate - mean predicted| in their bin (Guo et al. 2017). */
  expectedCalibrationError: number
}

/**
 * Compares predicted probabilities with what happened, in bins of equal width.
 *
 * @param outcomes one per prediction: true or non-zero if it happened; at least one
 */
export function calibration(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<boolean | number>,
  binCount = 10,
): Calibration {
  const n = probabilities.length
  assert(
    n > 0 && n === outcomes.length,
    'Calibration needs at least one prediction, and one outcome for each.',
  )
  const counts = new Float64Array(binCount)
  const predictedSums = new Float64Array(binCount)
  const happened = new Float64Array(binCount)
  for (let i = 0; i < n; i++) {
    const p = probabilities[i]!
    assert(p >= 0 && p <= 1, `Entry ${i} is not a probability: ${p}`)
    const bin = Math.min(binCount - 1, Math.floor(p * binCount))
    counts[bin]!++
    predictedSums[bin]! += p
    if (outcomes[i]) happened[bin]!++
  }
  const bins: ReliabilityBin[] = []
  let error = 0
  for (let bin = 0; bin < binCount; bin++) {
    const count = counts[bin]!
    if (count === 0) continue
    const meanPredicted = predictedSums[bin]! / count
    const observedRate = happened[bin]! / count
    bins.push({ low: bin / binCount, high: (bin + 1) / binCount, count, meanPredicted, observedRate })
    error += (count / n) * Math.abs(observedRate - meanPredicted)
  }
  return { bins, expectedCalibrationError: error }
}
