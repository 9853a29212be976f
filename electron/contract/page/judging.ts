/** Evaluations, pair by pair, and judging by a person who doesn't know which side is which. */
import { z } from 'zod'
import { Judgement, Message } from '../records.ts'
import { ResultRecord, WinRateSubset, WinRateSummary } from '../report.ts'
import { project, verb } from '../verb.ts'

export const EvaluationRecord = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  judge: z.string().nullable(),
  reference: z.string().nullable(),
  candidate: z.string().nullable(),
  pairs: z.int().nonnegative(),
  /** Null until it is finished. */
  summary: WinRateSummary.nullable(),
  /** The evaluation whose pairs are judged by hand here; null for others. */
  of: z.string().nullable(),
  judged: z.int().nonnegative(),
  createdAt: z.string(),
})
export type EvaluationRecord = z.infer<typeof EvaluationRecord>

const Outcome = z.enum(['win', 'tie', 'loss'])

/** What a blind judge may see: left and right, and nothing that gives a model away. */
export const BlindPair = z.object({
  pairId: z.string(),
  prompt: z.array(Message),
  context: z.string(),
  left: z.string(),
  right: z.string(),
  judged: z.int().nonnegative(),
  total: z.int().nonnegative(),
})
export type BlindPair = z.infer<typeof BlindPair>

export const Rating = z.object({
  model: z.string(),
  /** On Elo's scale, with its 95% interval. */
  rating: z.number(),
  low: z.number(),
  high: z.number(),
  pairs: z.int(),
})
export type Rating = z.infer<typeof Rating>

const evaluation = z.string().min(1)

export const judging = {
  list: verb('All evaluations, the newest first.')
    .input(z.strictObject({ project }))
    .output(z.array(EvaluationRecord)),
  pairs: verb('Every pair of an evaluation with its verdicts.')
    .input(z.strictObject({ project, evaluation }))
    .output(
      z.object({
        record: EvaluationRecord,
        pairs: z.array(
          z.object({
            id: z.string(),
            prompt: z.array(Message),
            context: z.string(),
            outputA: z.string(),
            outputB: z.string(),
            verdicts: z.array(Judgement),
          }),
        ),
        /** Others who judged the same pairs, and how far they agree with this one. */
        agreement: z.array(
          z.object({
            /** Theirs. */
            evaluation: z.string(),
            judge: z.string(),
            n: z.int(),
            agreement: z.number(),
            kappa: z.number().nullable(),
            /** For the candidate. */
            disagreements: z.array(z.object({ pairId: z.string(), own: Outcome, theirs: Outcome })),
          }),
        ),
      }),
    ),
  subsets: verb('The win rate in parts of the pairs.')
    .input(z.strictObject({ project, evaluation }))
    .output(
      z.object({
        subsets: z.array(WinRateSubset),
        /** What has to be said beside them. */
        caution: z.string(),
      }),
    ),
  /** Takes the pairs of a finished evaluation to a person; sides are random and recorded. */
  startBlind: verb('Judge an evaluation’s pairs by hand, blind.')
    .input(
      z.strictObject({
        project,
        evaluation,
        judge: z.string().trim().min(1),
        pairs: z.int().positive().default(120),
      }),
    )
    .output(EvaluationRecord),
  next: verb('The next pair nobody has judged; null when all are.')
    .input(z.strictObject({ project, evaluation }))
    .output(BlindPair.nullable()),
  vote: verb('Keep a verdict.')
    .input(
      z.strictObject({
        project,
        evaluation,
        pairId: z.string(),
        answer: z.enum(['left', 'tie', 'right', 'skip']),
        elapsedMs: z.number().nonnegative(),
      }),
    )
    .output(z.object({ judged: z.int(), total: z.int(), finished: EvaluationRecord.nullable() })),
  undo: verb('Take the last verdict back.')
    .input(z.strictObject({ project, evaluation }))
    .output(z.object({ judged: z.int() })),
  /** The newest finished experiment; null where there is none. */
  experiment: verb('What the newest experiment found.')
    .input(z.strictObject({ project }))
    .output(ResultRecord.nullable()),
  /** Over all evaluations of the project: Bradley–Terry strengths on Elo's scale. */
  ratings: verb('A rating of all models that were compared, the best first.')
    .input(z.strictObject({ project }))
    .output(
      z.object({
        ratings: z.array(Rating),
        /** Why there are none; empty where there are, or where nothing was judged. */
        reason: z.string(),
      }),
    ),
  figures: verb('The figures of these results as SVG files, on white.')
    .input(z.strictObject({ project }))
    .output(z.array(z.object({ name: z.string(), title: z.string(), svg: z.string() }))),
  exportPairs: verb('An evaluation as CSV or JSON text.')
    .input(z.strictObject({ project, evaluation, format: z.enum(['csv', 'json']) }))
    .output(z.object({ text: z.string() })),
}
