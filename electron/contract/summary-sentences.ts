/** Sentences about a comparison that the command line, the page and the report all show. */
import type { EvaluationRecord } from './judge.ts'
import type { CorpusScores } from './report.ts'

/** Both sides' metric against the items' texts, each side's outputs taken as one corpus. */
export function corpusSentence({ metric, n, reference, candidate }: CorpusScores): string {
  return `${metric} against the items' texts, ${n} pairs as one corpus: candidate ${candidate.toFixed(1)}, reference ${reference.toFixed(1)}.`
}

/** The automatic judge's rate as people's votes correct it. */
export function correctedSentence(corrected: NonNullable<EvaluationRecord['corrected']>): string {
  const { winRate, interval, weight, votes, others } = corrected
  const figures = `${winRate.toFixed(1)}% (95% interval ${interval.low.toFixed(1)} to ${interval.high.toFixed(1)})`
  return others === 0
    ? `By people's votes on all ${votes} pairs: ${figures}.`
    : `Corrected by people's votes on ${votes} of ${votes + others} pairs: ${figures}; the automatic verdicts count with weight ${weight.toFixed(2)}.`
}

/** What a blind comparison shows besides its win rate. */
export function sessionSentences(session: NonNullable<EvaluationRecord['session']>): string[] {
  const { decided, anytime, selfAgreement } = session
  const state = decided
    ? 'Decided: the verdicts show which side is better, however often you looked. You may stop.'
    : 'Not decided yet: the verdicts do not show which side is better.'
  return [
    state,
    ...(anytime === null
      ? []
      : [
          `Interval that allows for stopping at any time: ${anytime.low.toFixed(1)} to ${anytime.high.toFixed(1)}%, from ${anytime.prompts} prompts.`,
        ]),
    ...(selfAgreement === null
      ? []
      : [
          `Of ${selfAgreement.n} pairs that were shown twice, ${Math.round(100 * selfAgreement.agreement)}% got the same verdict again${selfAgreement.kappa === null ? '' : ` (Cohen's kappa ${selfAgreement.kappa.toFixed(2)})`}.`,
        ]),
  ]
}
