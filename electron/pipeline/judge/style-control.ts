/**
 * The style-controlled win rate: what it would be if both answers had the same length and the same markdown. As in Chatbot
 * Arena's style control (Li, Angelopoulos and Chiang 2024, lmsys.org/blog/2024-08-28-style-control), the differences in
 * style are covariates of a Bradley–Terry regression, here of two models.
 */
import { lengthControl } from './length-control.ts'
import { fitLogisticRegression, isSeparated, sigmoid } from './logistic-regression.ts'
import { lengthOf, mean } from './win-rate.ts'

/** A judged pair. `preference` for the candidate in [0, 1]. */
export interface StyledPair {
  preference: number
  reference: string
  candidate: string
}

export interface StyleControl {
  /** Percent; null if it cannot be known. */
  rate: number | null
  /** Why it is withheld; null if it is not, or if the length-controlled rate is withheld too. */
  sentence: string | null
}

const codeBlock = /```[^`]*```/g

/** What Arena-Hard counts, outside code blocks. */
const elements = {
  header: /^#{1,6}\s/gm,
  list: /^\s*(?:\d+\.|[-*+])\s/gm,
  bold: /\*\*[^*\n]+\*\*|__[^_\n]+__/g,
}

/** Length in characters, then numbers of headers, list items and bold parts. */
export function styleOf(text: string): number[] {
  const prose = text.replace(codeBlock, '')
  return [lengthOf(text), ...Object.values(elements).map((pattern) => prose.match(pattern)?.length ?? 0)]
}

/**
 * logit P(candidate better) = θ + Σ βₖ zₖ, zₖ = (a − b) / (a + b) of each style feature (0 if both are 0), divided by its
 * standard deviation; the rate is σ(θ), at equal style. Unlike Arena-Hard, features are not centred: with two models,
 * θ would then be the rate at their mean difference in style. Lengths are characters, not tokens.
 *
 * @param pairs at least one
 */
export function styleControl(pairs: readonly StyledPair[]): StyleControl {
  const preferences = pairs.map(({ preference }) => preference)
  const rows = pairs.map(({ preference, reference, candidate }) => ({
    preference,
    referenceLength: lengthOf(reference),
    modelLength: lengthOf(candidate),
  }))
  if (lengthControl(rows).rate === null) return { rate: null, sentence: null }
  const [first] = preferences
  if ((first === 0 || first === 1) && preferences.every((preference) => preference === first))
    return { rate: 100 * first, sentence: null }
  const features = standardised(pairs.map(differenceInStyle))
  if (isSeparated(features, preferences))
    return {
      rate: null,
      sentence:
        'Length and markdown together decide every verdict, so what the win rate would be at equal style cannot be known: the style-controlled rate is withheld.',
    }
  const [intercept = 0] = fitLogisticRegression(features, preferences)
  return { rate: 100 * sigmoid(intercept), sentence: null }
}

function differenceInStyle({ reference, candidate }: StyledPair): number[] {
  const theirs = styleOf(reference)
  return styleOf(candidate).map((own, k) => {
    const sum = own + theirs[k]!
    return sum === 0 ? 0 : (own - theirs[k]!) / sum
  })
}

/** A constant, and each feature over its standard deviation; features without variance are left out. */
function standardised(features: readonly number[][]): number[][] {
  const deviations = features[0]!.map((_, k) => {
    const values = features.map((row) => row[k]!)
    const centre = mean(values)
    return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / Math.max(1, values.length - 1))
  })
  return features.map((row) => [
    1,
    ...row.flatMap((value, k) => (deviations[k]! > 0 ? [value / deviations[k]!] : [])),
  ])
}
