/** Arena-Hard's judgment rows (versions 0.1 and 2.0), which `stet winrate` reads besides AlpacaEval's annotations. */
import { z } from 'zod'

const label = z.enum(['A>>B', 'A>B', 'A=B', 'A<B', 'A<<B', 'B>>A', 'B>A', 'B=A', 'B<A', 'B<<A'])
export type ArenaHardLabel = z.infer<typeof label>

/** A game that the judge did not answer is null, and so is a score that could not be read. */
const Game = z.object({ score: label.nullable().catch(null) }).nullable()

/** In the first game the baseline is A and the model B; in the second it is the other way round. */
export const ArenaHardJudgment = z.object({
  uid: z.string().optional(),
  question_id: z.string().optional(),
  model: z.string(),
  category: z.string().optional(),
  games: z.tuple([Game, Game]),
})
export type ArenaHardJudgment = z.infer<typeof ArenaHardJudgment>
