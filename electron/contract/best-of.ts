/** Best of n: the options of verbs that sample responses. */
import { z } from 'zod'

export const BestBy = z.enum(['score', 'sum'])
export type BestBy = z.infer<typeof BestBy>

/** @param whose responses: "Candidate: " */
export function bestOfOptions(whose: string) {
  return {
    bestOf: z
      .int()
      .positive()
      .max(1024)
      .default(1)
      .describe(
        `${whose}this many responses to each prompt are sampled, and the one that the reward model rates highest is kept.`,
      )
      .meta({ label: 'Best of', unit: 'responses' }),
    rewardModel: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Best of: the reward model, by name or folder.')
      .meta({ value: 'REWARD_MODEL' }),
    bestBy: BestBy.default('score').describe(
      "Best of: rate by the score of the model's scheme (the mean of token rewards, or the last token's reward for scheme sequence), or by the sum of token rewards above the mean of kept tokens, which PPO with token placement raises.",
    ),
  }
}
