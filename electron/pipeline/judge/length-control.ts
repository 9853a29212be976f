/**
 * Whether a length-controlled win rate can be known from these pairs, and the rate if so. Where lengths hardly overlap, or
 * decide the verdicts, the regression behind it extrapolates without bound: then the rate is withheld, with the reason.
 */
import { isSeparated } from './logistic-regression.ts'
import { type LengthRow, lengthControlledWinRate, lengthFeatures } from './win-rate.ts'

export interface LengthControl {
  /** Percent; null if it is withheld. */
  rate: number | null
  /** Why it is withheld, or how far it can be trusted; null if there is nothing to say. */
  sentence: string | null
}

/**
 * Smallest share of pairs on the side of the rarer sign of the length difference. It lies between published annotations of
 * AlpacaEval whose rate came within 1.2 points of the board's (alpaca-7b: 2.7%) and those 4.0 points off (2.0%).
 */
const minOverlap = 0.025
/** Below this share the rate rests on few pairs, which a sentence says. */
const thinOverlap = 0.1
/** Chance that a won pair has the larger length difference than a lost one, from which on length decides nearly all. */
const maxConcordance = 0.98

/** @param rows at least one with a preference @param difficulty one entry per row, if there are difficulties */
export function lengthControl(rows: readonly LengthRow[], difficulty?: readonly number[]): LengthControl {
  const judged = rows.flatMap((row, i) =>
    row.preference === null
      ? []
      : [{ preference: row.preference, difference: row.modelLength - row.referenceLength, i }],
  )
  const { share, sentence } = overlapOf(judged.map(({ difference }) => difference))
  if (share < minOverlap) return { rate: null, sentence }
  const [first] = judged
  const isUnanimous =
    judged.every(({ preference }) => preference === first!.preference) && [0, 1].includes(first!.preference)
  if (isUnanimous) return { rate: 100 * first!.preference, sentence: null }
  const features = lengthFeatures(rows, difficulty)
  const targets = judged.map(({ preference }) => preference)
  const byLength = judged.map(({ i }) => [1, features[i]!.length])
  const byBoth = judged.map(({ i }) => [1, features[i]!.length, ...features[i]!.others])
  const concordance = concordanceOf(judged)
  if (isSeparated(byLength, targets) || Math.max(concordance, 1 - concordance) >= maxConcordance)
    return {
      rate: null,
      sentence: withheldFor('The lengths of the answers decide all or nearly all verdicts'),
    }
  if (isSeparated(byBoth, targets))
    return {
      rate: null,
      sentence: withheldFor('Length and the difficulty of the instructions together decide every verdict'),
    }
  return { rate: lengthControlledWinRate(rows, difficulty), sentence: share < thinOverlap ? sentence : null }
}

function withheldFor(reason: string): string {
  return `${reason}, so what the win rate would be at equal length cannot be known: the length-controlled rate is withheld.`
}

/** How many pairs the estimate at equal length lies between. A pair of equal lengths counts on both sides. */
function overlapOf(differences: readonly number[]): { share: number; sentence: string } {
  const n = differences.length
  const longer = differences.filter((difference) => difference >= 0).length
  const shorter = differences.filter((difference) => difference <= 0).length
  const [few, word] = longer <= shorter ? [longer, 'as long as'] : [shorter, 'as short as']
  const only = `Only ${few} of ${n} of the candidate's answers are at least ${word} the reference's`
  return {
    share: few / n,
    sentence:
      few / n < minOverlap
        ? `${few === 0 ? `None of the candidate's ${n} answers is at least ${word} the reference's` : only}: lengths hardly overlap, so the length-controlled rate is withheld.`
        : `${only}: the length-controlled rate rests on few pairs of similar length, and can be several points off.`,
  }
}

/**
 * The chance that of a won and a lost pair the won one has the larger length difference, an equal one counting one half
 * (the area under the ROC curve); each pair counts as won by its preference and as lost by the rest. ½ if nothing was won
 * or nothing lost.
 */
export function concordanceOf(judged: readonly { preference: number; difference: number }[]): number {
  const byDifference = [...Map.groupBy(judged, ({ difference }) => difference)].sort(([a], [b]) => a - b)
  let lostBefore = 0
  let won = 0
  let concordant = 0
  for (const [, equal] of byDifference) {
    const wonHere = equal.reduce((sum, { preference }) => sum + preference, 0)
    const lostHere = equal.length - wonHere
    concordant += wonHere * (lostBefore + lostHere / 2)
    won += wonHere
    lostBefore += lostHere
  }
  return won === 0 || lostBefore === 0 ? 0.5 : concordant / (won * lostBefore)
}
