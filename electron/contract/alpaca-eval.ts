/** AlpacaEval's annotation rows, which `stet winrate` reads and published leaderboards are computed from. */
import { z } from 'zod'

/** `output_1` is the reference's answer, `output_2` the evaluated model's. */
export const AlpacaEvalAnnotation = z.object({
  instruction: z.string().optional(),
  /** Place of the instruction in its evaluation set, from 0. */
  index: z.int().nonnegative().optional().catch(undefined),
  output_1: z.string(),
  output_2: z.string(),
  generator_1: z.string().nullish(),
  generator_2: z.string().nullish(),
  /** 1 + P(output_2 is better), in [1, 2]; 0 is an older form of a tie; null or missing: not judged. */
  preference: z
    .number()
    .refine((p) => p === 0 || (p >= 1 && p <= 2), {
      error: 'must be 0 (a tie) or a number from 1 (output_1 is better) to 2 (output_2 is better)',
    })
    .nullish(),
})
export type AlpacaEvalAnnotation = z.infer<typeof AlpacaEvalAnnotation>

export const WinRateResult = z.object({
  /** Percent; a tie counts one half. */
  winRate: z.number(),
  /** Points: standard deviation of the preferences over √n; null for a single row. */
  standardError: z.number().nullable(),
  /** Percent: what AlpacaEval 2's model estimates if both answers were equally long; null if that cannot be known. */
  lengthControlledWinRate: z.number().nullable(),
  /** Percent, estimated for answers of equal length and markdown; null if that cannot be known. */
  styleControlledWinRate: z.number().nullable(),
  /** Rows with a preference. */
  n: z.int().positive(),
  /** Sentences on the limits of these figures. */
  notes: z.array(z.string()),
})
export type WinRateResult = z.infer<typeof WinRateResult>
