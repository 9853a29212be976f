/**
 * Win rates in percent: the raw one (wins plus half the ties), and AlpacaEval 2's estimate of what the rate would be if
 * both answers were equally long.
 */
import { fitLogisticRegression, sigmoid } from './logistic-regression.ts'

export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length
}

/** Sample standard deviation, with n − 1. */
function standardDeviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1))
}

/**
 * Win rate in percent over all pairs, and its standard error in points (null for one prompt). Pairs on the same prompt
 * are not independent observations, so the error is cluster-robust over the G prompts:
 * √(G / (G − 1) · Σ_g (Σ_{i in g} (yᵢ − ȳ))²) / n, Liang and Zeger's (1986) for a mean, with the correction G / (G − 1)
 * of Cameron and Miller, "A Practitioner's Guide to Cluster-Robust Inference" (2015). With one pair per prompt it is s / √n.
 *
 * @param prompts one entry per prompt: the preferences in [0, 1] (½ = tie) of its pairs
 */
export function winRateByPrompt(prompts: readonly (readonly number[])[]): {
  winRate: number
  standardError: number | null
} {
  const preferences = prompts.flat()
  const centre = mean(preferences)
  if (prompts.length < 2) return { winRate: 100 * centre, standardError: null }
  const pairsPerPrompt = preferences.length / prompts.length
  const squares = prompts.reduce((sum, own) => {
    const residual = own.reduce((total, x) => total + (x - centre), 0)
    return sum + (residual / pairsPerPrompt) ** 2
  }, 0)
  const deviation = Math.sqrt(squares / (prompts.length - 1))
  return { winRate: 100 * centre, standardError: (100 * deviation) / Math.sqrt(prompts.length) }
}

/** The same for pairs on different prompts. */
export function winRate(preferences: readonly number[]): { winRate: number; standardError: number | null } {
  return winRateByPrompt(preferences.map((preference) => [preference]))
}

/** One judged comparison: lengths in characters (Unicode code points, as Python counts them). */
export interface LengthRow {
  /** P(model better) in [0, 1]; null if not judged. */
  preference: number | null
  referenceLength: number
  modelLength: number
}

export function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

/**
 * The length-controlled win rate, in percent, of Dubois et al., "Length-Controlled AlpacaEval" (2024):
 * logit P(model better) = θ + φ·tanh((referenceLength − modelLength) / std) + ψ·difficulty is fitted to the
 * preferences, and averaged over all rows without the length term. `std` is the sample's.
 *
 * AlpacaEval's own code differs in three ways: it fits with an L1 penalty whose strength is cross-validated over
 * five folds (here: plain maximum likelihood with a ridge of 1e-6); it adds rows of a "gamed" reference with
 * weight 0.2 that pull φ to a common value (here: none); and its difficulties come from a joint fit over all
 * models of the leaderboard, which the caller must provide here.
 *
 * @param rows at least one with a preference
 * @param difficulty one entry per row; if omitted, so is the term ψ·difficulty
 */
export function lengthControlledWinRate(rows: readonly LengthRow[], difficulty?: readonly number[]): number {
  const features = lengthFeatures(rows, difficulty)
  const judged = rows.flatMap(({ preference }, i) => (preference === null ? [] : [{ preference, i }]))
  const coefficients = fitLogisticRegression(
    judged.map(({ i }) => [1, ...features[i]!.others, features[i]!.length]),
    judged.map(({ preference }) => preference),
  )
  const atEqualLength = features.map(({ others }) =>
    sigmoid([1, ...others, 0].reduce((sum, x, j) => sum + x * coefficients[j]!, 0)),
  )
  return 100 * mean(atEqualLength)
}

/** The covariates of each row: the length term, 0 if all differences are equal, and the difficulty if there is one. */
export function lengthFeatures(
  rows: readonly LengthRow[],
  difficulty?: readonly number[],
): { length: number; others: number[] }[] {
  const differences = rows.map((row) => row.referenceLength - row.modelLength)
  const std = rows.length < 2 ? 0 : standardDeviation(differences)
  return differences.map((difference, i) => ({
    length: std === 0 ? 0 : Math.tanh(difference / std),
    others: difficulty ? [difficulty[i]!] : [],
  }))
}
