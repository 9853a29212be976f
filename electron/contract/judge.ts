/** Judging: two models on held-out prompts, a judge against human votes, and blind comparisons by people. */
import { z } from 'zod'
import { WinRateResult } from './alpaca-eval.ts'
import { bestOfOptions } from './best-of.ts'
import { AnyJudgeSpec, anyJudgeForms, WrittenAnyJudge } from './judge-kinds.ts'
import { datasets, file, heldout, project, sampling } from './options.ts'
import { eventsThen, procedure, verb } from './procedure.ts'
import { Judgement, Message } from './records.ts'
import { PercentInterval, ResultRecord, WinRateSubset, WinRateSummary } from './report.ts'

const side = (role: string) =>
  z
    .string()
    .min(1)
    .describe(
      `${role}: a model (a name in this project, a folder or a GGUF file) or a file of outputs (JSON or JSONL rows with instruction and output).`,
    )

/** Options for a judge on a server; none of them changes a verdict. */
export const JudgeServerOptions = z.strictObject({
  concurrency: z.int().min(1).max(256).default(16).describe('Maximum number of concurrent calls.'),
  timeoutSeconds: z.number().positive().default(60).describe('A call that takes longer is retried.'),
  retries: z
    .int()
    .nonnegative()
    .default(4)
    .describe('Times a failed call is retried, with increasing waits.'),
  requestsPerMinute: z.number().positive().nullable().default(null).describe("The server's rate limit."),
  inputPrice: z.number().nonnegative().default(0).describe('Per million tokens, for the cost estimate.'),
  outputPrice: z.number().nonnegative().default(0).describe('Per million tokens, for the cost estimate.'),
})
export type JudgeServerOptions = z.infer<typeof JudgeServerOptions>

export const judgeServer = JudgeServerOptions.prefault({}).describe('Options for a judge on a server.')

/** What determines an evaluation's result. */
const judgeSettings = {
  reference: side('Reference').meta({ positional: 2, value: 'REFERENCE' }),
  candidate: side('Candidate').meta({ positional: 3, value: 'CANDIDATE' }),
  judge: WrittenAnyJudge.describe(anyJudgeForms).meta({ value: 'JUDGE' }),
  datasets,
  heldout,
  prompts: z.int().positive().default(256).describe('At most this many held-out prompts.'),
  maxQueryTokens: z
    .int()
    .positive()
    .default(256)
    .describe('Longer prompts are truncated to their last tokens.'),
  ...sampling,
  ...bestOfOptions('Candidate: '),
}

/** The settings of an evaluation as its record has them. */
export const JudgeSettings = z.object({ ...judgeSettings, judge: AnyJudgeSpec })
export type JudgeSettings = z.infer<typeof JudgeSettings>

const JudgeResult = z.object({
  evaluation: z.string(),
  judge: z.string(),
  reference: z.string(),
  candidate: z.string(),
  ...WinRateSummary.shape,
  /** By every field of the items that has a few values, and by prompt length. */
  subsets: z.array(WinRateSubset),
})

const compare = verb(
  'Compare two models on held-out prompts, with each pair judged in both orders.',
  'judge ferry.stet base aligned --judge world --prompts 256',
)
  .input(
    z.strictObject({
      project,
      judgeServer,
      ...judgeSettings,
    }),
  )
  .output(eventsThen(JudgeResult))

/** Agreement of a judge's verdicts with human votes. */
const HumanAgreement = z.object({
  /** Pairs for which people preferred one answer. */
  n: z.int().nonnegative(),
  /** Percent of those for which the judge prefers the same answer; a tie counts one half. Null if there are none. */
  agreement: z.number().nullable(),
  /** 95% bootstrap interval over pairs. */
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
})
export type HumanAgreement = z.infer<typeof HumanAgreement>

const checkJudge = verb(
  'Measure how often a judge agrees with human votes, and how often it is fooled by answers that merely ask to win.',
  'check-judge ferry.stet pairs_pandalm.jsonl --judge local:SmolLM2.gguf',
)
  .input(
    z.strictObject({
      project,
      file: file(
        'Rows with instruction, output_a, output_b and preference (1: a, 2: b, 0: tie), or any file of preferences that import reads, such as RewardBench 2.',
      ).meta({
        positional: 2,
      }),
      judge: WrittenAnyJudge.describe(anyJudgeForms).meta({ value: 'JUDGE' }),
      judgeServer,
      pairs: z
        .int()
        .positive()
        .default(1000)
        .describe('Use at most this many pairs, from the start of the file.'),
      attacks: z
        .int()
        .nonnegative()
        .default(50)
        .describe('Number of pairs whose worse answer is replaced by each attack; 0 skips attacks.'),
      maxQueryTokens: z
        .int()
        .positive()
        .default(1024)
        .describe('For a reward model: longer prompts are truncated to their last tokens.'),
      seed: z.int().nonnegative().default(0).describe('Seed of the order of questions and of the intervals.'),
    }),
  )
  .output(
    eventsThen(
      z.object({
        judge: z.string(),
        evaluation: z.string(),
        ...HumanAgreement.shape,
        /** Cohen's kappa on all pairs, with ties as a third verdict; null if chance alone gives full agreement. */
        kappa: z.number().nullable(),
        /** Share of pairs whose verdict changed with the order. */
        inconsistency: z.number().nullable(),
        unread: z.int().nonnegative(),
        /**
         * Percent of the questions with several pairs on which every better answer is preferred to every worse one: the
         * accuracy of RewardBench 2, but for its ties; null if there are none.
         */
        allRight: z.object({ questions: z.int().positive(), accuracy: z.number() }).nullable(),
        subsets: z.array(z.object({ name: z.string(), ...HumanAgreement.shape })),
        /** `wins`: percent of pairs on which the attack is preferred to the better answer; a tie counts one half. */
        attacks: z.array(
          z.object({
            name: z.string(),
            n: z.int().positive(),
            wins: z.number(),
            interval: z.object({ low: z.number(), high: z.number() }),
          }),
        ),
      }),
    ),
  )

const winrate = verb(
  'Compute raw, length- and style-controlled win rates from AlpacaEval annotations, or the rate of Arena-Hard judgments.',
  'winrate annotations.json --difficulty difficulty.csv',
)
  .input(
    z.strictObject({
      file: file(
        'Rows with output_1, output_2 and preference (1 to 2), or with games (Arena-Hard), JSON or JSONL.',
      ).meta({
        positional: 1,
      }),
      difficulty: file(
        'CSV with a column "difficulty"; rows are matched by "index" or "instruction", or else by their order.',
      )
        .nullable()
        .default(null),
    }),
  )
  .output(eventsThen(WinRateResult.omit({ notes: true })))

export const EvaluationRecord = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  judge: z.string().nullable(),
  /** Whether the judge looks at one property of the text alone, such as its length. */
  isCheck: z.boolean(),
  reference: z.string().nullable(),
  candidate: z.string().nullable(),
  pairs: z.int().nonnegative(),
  /** Null until it is finished. */
  summary: WinRateSummary.nullable(),
  /** For a blind comparison, the evaluation whose pairs it judges; null for others. */
  of: z.string().nullable(),
  /** Number of pairs judged or skipped. */
  judged: z.int().nonnegative(),
  /** Whether `resume-judge` can finish it: an automatic comparison that was interrupted. */
  canResume: z.boolean(),
  createdAt: z.string(),
  /** An automatic judge's rate, corrected by people's votes on some of the pairs; null if they judged fewer than 20. */
  corrected: z
    .object({
      winRate: z.number(),
      interval: PercentInterval,
      /** How much the automatic verdicts count, 0 to 1. */
      weight: z.number(),
      /** Pairs with and without a vote. */
      votes: z.int(),
      others: z.int(),
    })
    .nullable(),
  /** Of a blind comparison. */
  session: z
    .object({
      /** Whether the verdicts so far show which side is better, however often one looks. */
      decided: z.boolean(),
      /** The win rate's 95% interval that allows for stopping at any time; null until the session is finished. */
      anytime: PercentInterval.extend({ prompts: z.int() }).nullable(),
      /** On the pairs that were shown twice; null if there are none yet. */
      selfAgreement: z.object({ n: z.int(), agreement: z.number(), kappa: z.number().nullable() }).nullable(),
    })
    .nullable(),
})
export type EvaluationRecord = z.infer<typeof EvaluationRecord>

const evaluations = verb(
  'List the evaluations with their results, as people corrected them, and whether blind sessions are decided.',
  'evaluations ferry.stet',
)
  .input(z.strictObject({ project }))
  .output(z.array(EvaluationRecord))

const resumeJudge = verb(
  'Finish an evaluation that was interrupted: answers and verdicts that it has are kept.',
  'resume-judge ferry.stet evaluation_1f2e',
)
  .input(
    z.strictObject({
      project,
      evaluation: z
        .string()
        .min(1)
        .describe('Id of the evaluation, or the start of it, as `stet evaluations` lists it.')
        .meta({ positional: 2, value: 'EVALUATION' }),
      judgeServer,
    }),
  )
  .output(eventsThen(JudgeResult))

export const judgeVerbs = {
  judge: compare,
  'resume-judge': resumeJudge,
  'check-judge': checkJudge,
  winrate,
  evaluations,
}

const Outcome = z.enum(['win', 'tie', 'loss'])

/** What a person sees in a blind comparison: left and right, and nothing that reveals a model. */
export const BlindPair = z.object({
  pairId: z.string(),
  prompt: z.array(Message),
  context: z.string(),
  left: z.string(),
  right: z.string(),
  judged: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** Whether the verdicts so far show which side is better; not which. */
  decided: z.boolean(),
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

/** A candidate that was judged against the same reference, on the same prompts and by the same judge as others. */
export const RoundRow = z.object({
  evaluation: z.string(),
  candidate: z.string(),
  summary: WinRateSummary,
  /** KL from its reference model that its run measured last, in nats per response; null if it has none. */
  kl: z.number().nullable(),
})
export type RoundRow = z.infer<typeof RoundRow>

/** One evaluation beside the others of its reference, prompts and judge. */
export const Round = z.object({
  /** Best first; the evaluation that was asked for is one of them. Empty if it does not compare two models. */
  rows: z.array(RoundRow),
  /** Points by which one candidate's win rate exceeds another's, paired by prompt: of the best rows and the one asked for. */
  differences: z.array(
    z.object({
      candidate: z.string(),
      opponent: z.string(),
      value: z.number(),
      interval: z.object({ low: z.number(), high: z.number() }),
    }),
  ),
})
export type Round = z.infer<typeof Round>

const evaluation = z.string().min(1)

/** Settings of a blind comparison. */
const blind = {
  /** The person's name. */
  judge: z.string().trim().min(1),
  pairs: z.int().positive().default(120),
  /** Share of the pairs that are shown twice, sides exchanged, without saying so. */
  repeats: z.number().min(0).max(0.5).default(0),
}

export const judge = {
  list: procedure('All evaluations, newest first.')
    .input(z.strictObject({ project }))
    .output(z.array(EvaluationRecord)),
  pairs: procedure('Every pair of an evaluation with its verdicts.')
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
            /** Whether a person did not want to judge it. */
            skipped: z.boolean(),
            /** What other judges of the pair say about the candidate. */
            others: z.array(Outcome),
          }),
        ),
        /** Other judges of the same pairs, and how often they agree with this one. */
        agreement: z.array(
          z.object({
            /** The other judge's. */
            evaluation: z.string(),
            judge: z.string(),
            n: z.int(),
            agreement: z.number(),
            kappa: z.number().nullable(),
            /** Outcomes for the candidate. */
            disagreements: z.array(z.object({ pairId: z.string(), own: Outcome, theirs: Outcome })),
          }),
        ),
      }),
    ),
  round: procedure('An evaluation beside the other candidates of its reference, prompts and judge.')
    .input(z.strictObject({ project, evaluation }))
    .output(Round),
  share: procedure('An evaluation as one HTML file that needs nothing else and runs no scripts.')
    .input(z.strictObject({ project, evaluation }))
    .output(z.object({ name: z.string(), html: z.string() })),
  subsets: procedure('The win rate by subset of the pairs.')
    .input(z.strictObject({ project, evaluation }))
    .output(
      z.object({
        subsets: z.array(WinRateSubset),
        /** To show next to them; empty if there are no subsets. */
        caution: z.string(),
      }),
    ),
  /** Sides are random and recorded. */
  startBlind: procedure('Start a blind comparison of a finished evaluation’s pairs.')
    .input(
      z.strictObject({
        project,
        evaluation,
        ...blind,
      }),
    )
    .output(EvaluationRecord),
  /** Sides are random and recorded. */
  startBlindEdits: procedure(
    'Start a blind comparison of finished edits with the responses that were edited.',
  )
    .input(z.strictObject({ project, datasets: z.array(z.string()).default([]), ...blind }))
    .output(EvaluationRecord),
  stopBlind: procedure('Finish a blind comparison with the verdicts that it has.')
    .input(z.strictObject({ project, evaluation }))
    .output(EvaluationRecord),
  next: procedure('The next pair to judge; null if none is left.')
    .input(z.strictObject({ project, evaluation }))
    .output(BlindPair.nullable()),
  vote: procedure('Store a verdict, or that a pair was skipped.')
    .input(
      z.strictObject({
        project,
        evaluation,
        pairId: z.string(),
        answer: z.enum(['left', 'tie', 'right', 'skip']),
        elapsedMs: z.number().nonnegative(),
        /** Why, in the person's words; not stored for a skipped pair. */
        reason: z.string().trim().max(2000).default(''),
      }),
    )
    .output(z.object({ judged: z.int(), total: z.int(), finished: EvaluationRecord.nullable() })),
  undo: procedure('Undo the last verdict.')
    .input(z.strictObject({ project, evaluation }))
    .output(z.object({ judged: z.int() })),
  /** Null if there is no finished experiment. */
  experiment: procedure('The result of the newest finished experiment.')
    .input(z.strictObject({ project }))
    .output(ResultRecord.nullable()),
  /** Bradley–Terry strengths on Elo's scale, from all evaluations of the project. */
  ratings: procedure('A rating of all models that were compared, best first.')
    .input(z.strictObject({ project }))
    .output(
      z.object({
        ratings: z.array(Rating),
        /** Why there are none; empty if there are ratings or nothing was judged. */
        reason: z.string(),
      }),
    ),
  figures: procedure('The figures of these results as SVG files, on white.')
    .input(
      z.strictObject({
        project,
        /** Only the win rates of this evaluation's round; null for the project's figures. */
        evaluation: evaluation.nullable().default(null),
      }),
    )
    .output(z.array(z.object({ name: z.string(), title: z.string(), svg: z.string() }))),
  exportPairs: procedure('An evaluation as CSV or JSON text.')
    .input(z.strictObject({ project, evaluation, format: z.enum(['csv', 'json']) }))
    .output(z.object({ text: z.string() })),
}
