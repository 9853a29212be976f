/** Verbs that compare models. */
import { z } from 'zod'
import { WinRateResult } from '../alpaca-eval.ts'
import { anyJudgeForms, JudgeServerOptions, WrittenAnyJudge } from '../judge-spec.ts'
import { WinRateSubset, WinRateSummary } from '../report.ts'
import { eventsThen, file, project, verb } from '../verb.ts'
import { datasets } from './data.ts'
import { sampling } from './models.ts'
import { heldout } from './training.ts'

const side = (role: string) =>
  z
    .string()
    .min(1)
    .describe(
      `${role}: a model (name in this project, folder, GGUF) or a file of outputs (JSON or JSONL rows with instruction and output).`,
    )

export const judgeServer = JudgeServerOptions.prefault({}).describe('How a judge on a server is asked.')

export const judge = verb(
  'Judge one model against another on held-out prompts, each pair in both orders.',
  'judge ferry.stet base aligned --judge world --prompts 256',
)
  .input(
    z.strictObject({
      project,
      reference: side('What to compare with').meta({ positional: 2, value: 'REFERENCE' }),
      candidate: side('What is judged').meta({ positional: 3, value: 'CANDIDATE' }),
      judge: WrittenAnyJudge.describe(anyJudgeForms).meta({ value: 'JUDGE' }),
      judgeServer,
      datasets,
      heldout,
      prompts: z.int().positive().default(256).describe('At most this many held-out prompts.'),
      maxQueryTokens: z
        .int()
        .positive()
        .default(256)
        .describe('Prompts are cut to their last tokens beyond this.'),
      ...sampling,
    }),
  )
  .output(
    eventsThen(
      z.object({
        evaluation: z.string(),
        judge: z.string(),
        reference: z.string(),
        candidate: z.string(),
        ...WinRateSummary.shape,
        /** By every field of the items that has a few values, and by length of prompt. */
        subsets: z.array(WinRateSubset),
      }),
    ),
  )

/** Agreement of a judge's verdicts with people's. */
const HumanAgreement = z.object({
  /** Pairs on which people preferred one answer. */
  n: z.int().nonnegative(),
  /** Percent of those on which the judge prefers the same one; a tie counts one half. Null where there are none. */
  agreement: z.number().nullable(),
  /** 95% bootstrap interval over pairs. */
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
})
export type HumanAgreement = z.infer<typeof HumanAgreement>

export const checkJudge = verb(
  "Check a judge: how far it agrees with people's votes, and how often texts that only ask to win do so.",
  'check-judge ferry.stet pairs_pandalm.jsonl --judge local:SmolLM2.gguf',
)
  .input(
    z.strictObject({
      project,
      file: file('Rows with instruction, output_a, output_b and preference (1: a, 2: b, 0: tie).').meta({
        positional: 2,
      }),
      judge: WrittenAnyJudge.describe(anyJudgeForms).meta({ value: 'JUDGE' }),
      judgeServer,
      pairs: z.int().positive().default(1000).describe('At most this many pairs, from the start.'),
      attacks: z
        .int()
        .nonnegative()
        .default(50)
        .describe('Pairs whose worse answer is replaced by each attack; 0 leaves attacks out.'),
      maxQueryTokens: z.int().positive().default(1024).describe("A reward model's prompts are cut to these."),
      seed: z.int().nonnegative().default(0).describe('Draws the order of questions, and the intervals.'),
    }),
  )
  .output(
    eventsThen(
      z.object({
        judge: z.string(),
        evaluation: z.string(),
        ...HumanAgreement.shape,
        /** With ties as a third verdict, on all pairs; null where chance leaves nothing. */
        kappa: z.number().nullable(),
        /** Share of pairs with another verdict in the other order. */
        inconsistency: z.number().nullable(),
        unread: z.int().nonnegative(),
        subsets: z.array(z.object({ name: z.string(), ...HumanAgreement.shape })),
        /** `wins`: percent of pairs on which the attack is preferred to the better answer; a tie is one half. */
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

export const winrate = verb(
  'Compute raw and length-controlled win rates from AlpacaEval annotations.',
  'winrate annotations.json --difficulty difficulty.csv',
)
  .input(
    z.strictObject({
      file: file('Rows with output_1, output_2 and preference (1 to 2), JSON or JSONL.').meta({
        positional: 1,
      }),
      difficulty: file('CSV with a column "difficulty", one row an annotation.').nullable().default(null),
    }),
  )
  .output(eventsThen(WinRateResult.omit({ notes: true })))
