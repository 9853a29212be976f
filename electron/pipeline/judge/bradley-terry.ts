/** Bradley–Terry ratings of several models from pairwise verdicts, with intervals. */
import assert from 'node:assert/strict'
import { zOfConfidence } from './confidence.ts'
import { invert } from './linear-algebra.ts'

/** One verdict: `preference` is 1 if `b` is better, 0 if `a` is, ½ for a tie. */
export interface Game {
  a: string
  b: string
  preference: number
}

export interface Rating {
  model: string
  /** Log-odds against the average model: P(i beats j) = sigmoid(rating_i − rating_j). The ratings sum to zero. */
  rating: number
  /** 95% interval from the Fisher information; a tie counts as half a win and half a loss. */
  low: number
  high: number
  /** The rating on Elo's scale, 400 points for odds of ten, the average model at 1000. */
  elo: number
}

export interface BradleyTerry {
  /** Best first; null if the games leave some ratings without a bound. */
  ratings: Rating[] | null
  /** Why there are no ratings; empty if there are. */
  reason: string
}

/** points[i][j]: wins of i over j, with half a point for a tie (K, K). */
function pointsTable(models: readonly string[], games: readonly Game[]): number[][] {
  const points = models.map(() => models.map(() => 0))
  for (const { a, b, preference } of games) {
    const i = models.indexOf(a)
    const j = models.indexOf(b)
    assert(i !== j, `A game of ${a} against itself cannot be rated.`)
    points[i]![j]! += 1 - preference
    points[j]![i]! += preference
  }
  return points
}

/** Models reachable from model 0 by going from loser to winner, or the other way if `backward`. */
function reachable(points: readonly number[][], backward: boolean): Set<number> {
  const seen = new Set([0])
  for (const i of seen) {
    points.forEach((_, j) => {
      if ((backward ? points[i]![j]! : points[j]![i]!) > 0) seen.add(j)
    })
  }
  return seen
}

/** Hunter, "MM Algorithms for Generalized Bradley–Terry Models" (2004), equation 3. Returns log strengths. */
function fitStrengths(points: readonly number[][]): number[] {
  let strengths = points.map(() => 1)
  for (let iteration = 0; iteration < 100_000; iteration++) {
    const next = points.map((row, i) => {
      const pointsOf = row.reduce((sum, x) => sum + x, 0)
      const denominator = row.reduce(
        (sum, x, j) => sum + (x + points[j]![i]!) / (strengths[i]! + strengths[j]!),
        0,
      )
      return pointsOf / denominator
    })
    const geometricMean = Math.exp(next.reduce((sum, s) => sum + Math.log(s), 0) / next.length)
    const scaled = next.map((s) => s / geometricMean)
    const change = Math.max(...scaled.map((s, i) => Math.abs(Math.log(s / strengths[i]!))))
    strengths = scaled
    if (change < 1e-12) break
  }
  return strengths.map(Math.log)
}

/**
 * Variances of ratings that sum to zero: the information matrix has the all-ones vector as its null space, so
 * 11ᵀ/k is added to make it invertible, and subtracted from the inverse.
 */
function variances(points: readonly number[][], ratings: readonly number[]): number[] {
  const k = ratings.length
  const information = points.map((row, i) =>
    row.map((_, j) => {
      const weight = (a: number, b: number) => {
        const p = 1 / (1 + Math.exp(ratings[b]! - ratings[a]!))
        return (points[a]![b]! + points[b]![a]!) * p * (1 - p)
      }
      const own =
        i === j ? ratings.reduce((sum, _, other) => sum + (other === i ? 0 : weight(i, other)), 0) : 0
      return (i === j ? own : -weight(i, j)) + 1 / k
    }),
  )
  return invert(information).map((row, i) => row[i]! - 1 / k)
}

/** Ratings of every model named in `games`. */
export function bradleyTerry(games: readonly Game[]): BradleyTerry {
  const models = [...new Set(games.flatMap((game) => [game.a, game.b]))].sort()
  if (models.length < 2) return { ratings: null, reason: 'Ratings need games between at least two models.' }
  const points = pointsTable(models, games)
  const outside = [false, true]
    .map((backward) => reachable(points, backward))
    .find((seen) => seen.size < models.length)
  if (outside) {
    const [some, others] = [true, false].map((inside) => models.filter((_, i) => outside.has(i) === inside))
    return {
      ratings: null,
      reason: `One side has no point in the comparisons of ${some!.join(', ')} with ${others!.join(', ')}, so the ratings have no bound.`,
    }
  }
  const strengths = fitStrengths(points)
  const spread = variances(points, strengths)
  const ratings = models.map((model, i) => {
    const rating = strengths[i]!
    const margin = zOfConfidence * Math.sqrt(spread[i]!)
    return {
      model,
      rating,
      low: rating - margin,
      high: rating + margin,
      elo: 1000 + (400 / Math.LN10) * rating,
    }
  })
  return { ratings: ratings.sort((x, y) => y.rating - x.rating), reason: '' }
}
