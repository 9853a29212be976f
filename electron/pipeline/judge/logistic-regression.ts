/** Logistic regression with probabilities as targets, by Newton's method. */
import assert from 'node:assert/strict'
import { invert, multiply } from './linear-algebra.ts'

/** Keeps coefficients finite when a feature separates the targets; far too small to change any other fit. */
const ridge = 1e-6
/** So small that the logits of separated targets are several units larger than with `ridge`. */
const smallRidge = 1e-10
/** Logits that grow by more than this when the ridge shrinks have no bound. */
const maxGrowth = 1
const maxIterations = 100

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0)
}

interface Sample {
  features: readonly number[][]
  targets: readonly number[]
  /** Of the ridge. */
  strength: number
}

/** Cross-entropy summed over rows, plus ½·strength·|coefficients|². */
function penalisedLoss({ features, targets, strength }: Sample, coefficients: readonly number[]): number {
  const loss = features.reduce((sum, row, i) => {
    const logit = dot(row, coefficients)
    return sum + softplus(logit) - targets[i]! * logit
  }, 0)
  return loss + (strength / 2) * dot(coefficients, coefficients)
}

function newtonStep({ features, targets, strength }: Sample, coefficients: readonly number[]): number[] {
  const gradient = coefficients.map((c) => strength * c)
  const hessian = coefficients.map((_, j) => coefficients.map((_, k) => (j === k ? strength : 0)))
  features.forEach((row, i) => {
    const p = sigmoid(dot(row, coefficients))
    for (let j = 0; j < row.length; j++) {
      gradient[j]! += (p - targets[i]!) * row[j]!
      for (let k = 0; k < row.length; k++) hessian[j]![k]! += p * (1 - p) * row[j]! * row[k]!
    }
  })
  return multiply(invert(hessian), gradient)
}

/**
 * The coefficients that minimise the cross-entropy between targets and sigmoid(features · coefficients).
 *
 * @param features one row per observation (N, K), including a constant column for an intercept
 * @param targets probabilities in [0, 1] (N)
 */
export function fitLogisticRegression(features: readonly number[][], targets: readonly number[]): number[] {
  return fit({ features, targets, strength: ridge })
}

/**
 * Whether the maximum of the likelihood does not exist, because some combination of the features tells the targets 0 from
 * the targets 1 (complete or quasi-complete separation; Albert and Anderson 1984). It is seen as by Lesaffre and Albert
 * (1989): the estimates grow without bound; here, as the ridge shrinks.
 */
export function isSeparated(features: readonly number[][], targets: readonly number[]): boolean {
  const [one, other] = [ridge, smallRidge].map((strength) => fit({ features, targets, strength })) as [
    number[],
    number[],
  ]
  return features.some((row) => Math.abs(dot(row, one) - dot(row, other)) > maxGrowth)
}

function fit(sample: Sample): number[] {
  const { features, targets } = sample
  assert(features.length > 0 && features.length === targets.length, 'A regression needs one target per row.')
  let coefficients = features[0]!.map(() => 0)
  let loss = penalisedLoss(sample, coefficients)
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const step = newtonStep(sample, coefficients)
    let scale = 1
    let next = coefficients
    let nextLoss = Number.POSITIVE_INFINITY
    while (nextLoss > loss && scale > 1e-10) {
      next = coefficients.map((c, j) => c - scale * step[j]!)
      nextLoss = penalisedLoss(sample, next)
      scale /= 2
    }
    if (nextLoss > loss) break
    coefficients = next
    loss = nextLoss
    if (step.every((s) => Math.abs(s) < 1e-10)) break
  }
  return coefficients
}
