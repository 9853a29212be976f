/**
 * Win rates in percent: the raw one (wins plus half the ties), and AlpacaEval 2's estimate of what the rate would be if
 * both answers were equally long.
 */
import type { AlpacaEvalAnnotation, WinRateResult } from '../../contract/alpaca-eval.ts'
import { UserError } from '../../contract/errors.ts'
import type { Difficulty } from './annotations.ts'
import { fitLogisticRegression, sigmoid } from './logistic-regression.ts'
import { matchDifficulties } from './match-difficulties.ts'

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
  const differences = rows.map((row) => row.referenceLength - row.modelLength)
  const std = rows.length < 2 ? 0 : standardDeviation(differences)
  const features = rows.map((_, i) => [1, ...(difficulty ? [difficulty[i]!] : [])])
  const lengthTerm = (i: number) => (std === 0 ? [] : [Math.tanh(differences[i]! / std)])
  const judged = rows.flatMap(({ preference }, i) => (preference === null ? [] : [{ preference, i }]))
  const coefficients = fitLogisticRegression(
    judged.map(({ i }) => [...features[i]!, ...lengthTerm(i)]),
    judged.map(({ preference }) => preference),
  )
  return 100 * mean(features.map((row) => sigmoid(row.reduce((sum, x, j) => sum + x * coefficients[j]!, 0))))
}

function toLengthRow(row: AlpacaEvalAnnotation): LengthRow {
  const preference = row.preference == null ? null : row.preference === 0 ? 0.5 : row.preference - 1
  return { preference, referenceLength: lengthOf(row.output_1), modelLength: lengthOf(row.output_2) }
}

function assertOneModel(rows: readonly AlpacaEvalAnnotation[]): void {
  const models = new Set(rows.flatMap((row) => row.generator_2 ?? []))
  if (models.size > 1) {
    throw new UserError(
      'bad_input',
      `The rows judge ${models.size} models (${[...models].slice(0, 3).join(', ')}, …). Pass the rows of one model at a time.`,
    )
  }
}

/**
 * Raw and length-controlled win rate of `output_2` over `output_1`. As in AlpacaEval, a preference of 0 is a tie, and
 * rows without a preference are left out; a note says how many.
 *
 * @param difficulties AlpacaEval's instruction difficulties; rows without one are left out of the length-controlled rate
 */
export function winRateFromAnnotations(
  rows: readonly AlpacaEvalAnnotation[],
  difficulties?: readonly Difficulty[],
): WinRateResult {
  assertOneModel(rows)
  const matched = difficulties && matchDifficulties(rows, difficulties)
  const lengthRows = rows.map(toLengthRow)
  const preferences = lengthRows.flatMap((row) => row.preference ?? [])
  if (preferences.length === 0)
    throw new UserError('bad_input', 'No row has a preference, so there is nothing to compute.')
  const unjudged = rows.length - preferences.length
  const difficulty = matched?.filter((value) => value !== null)
  const controlledRows = matched ? lengthRows.filter((_, i) => matched[i] !== null) : lengthRows
  if (!controlledRows.some(({ preference }) => preference !== null))
    throw new UserError('bad_input', 'No row with a preference has a difficulty. Check the column "index".')
  const unmatched = rows.length - controlledRows.length
  return {
    ...winRate(preferences),
    lengthControlledWinRate: lengthControlledWinRate(controlledRows, difficulty),
    n: preferences.length,
    notes: [
      ...(unmatched > 0
        ? [
            `${unmatched} of ${rows.length} rows have no difficulty and were left out of the length-controlled rate.`,
          ]
        : []),
      ...(difficulty
        ? []
        : [
            'The length-controlled rate was fitted without instruction difficulties; published rates use them and may differ by a few points.',
          ]),
      ...(unjudged > 0 ? [`${unjudged} of ${rows.length} rows have no preference and were left out.`] : []),
    ],
  }
}
