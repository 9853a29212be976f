/** The win rate from Arena-Hard's judgments, as that benchmark computes it. */
import type { WinRateResult } from '../../contract/alpaca-eval.ts'
import type { ArenaHardJudgment, ArenaHardLabel } from '../../contract/arena-hard.ts'
import { UserError } from '../../contract/errors.ts'
import { winRateByPrompt } from './win-rate.ts'

/** A clear verdict counts this many times. */
const clearWeight = 3

const clear = (score: number) => Array<number>(clearWeight).fill(score)

/** Scores of A. */
const scores: Record<ArenaHardLabel, number[]> = {
  'A>>B': clear(1),
  'A>B': [1],
  'A=B': [0.5],
  'A<B': [0],
  'A<<B': clear(0),
  'B>>A': clear(0),
  'B>A': [0],
  'B=A': [0.5],
  'B<A': [1],
  'B<<A': clear(1),
}

/**
 * Mean of all verdicts on the model, a clear one (`>>`) counted three times, over questions on which both games have a
 * verdict (Li et al. 2024, arXiv 2406.11939). The standard error is by question. The rows have no answers, so nothing can
 * be controlled for length or style.
 */
export function winRateFromArenaHard(rows: readonly ArenaHardJudgment[]): WinRateResult {
  const models = new Set(rows.map(({ model }) => model))
  if (models.size > 1)
    throw new UserError(
      'bad_input',
      `The rows judge ${models.size} models (${[...models].slice(0, 3).join(', ')}, …). Pass the rows of one model at a time.`,
    )
  const judged = rows.flatMap(({ games: [first, second] }) =>
    first?.score && second?.score
      ? [[...scores[second.score], ...scores[first.score].map((score) => 1 - score)]]
      : [],
  )
  if (judged.length === 0)
    throw new UserError('bad_input', 'No row has a verdict in both games, so there is nothing to compute.')
  const unjudged = rows.length - judged.length
  return {
    ...winRateByPrompt(judged),
    lengthControlledWinRate: null,
    styleControlledWinRate: null,
    n: judged.length,
    notes: [
      'Arena-Hard judgments have no answers, so there is no length- or style-controlled rate.',
      ...(unjudged > 0
        ? [`${unjudged} of ${rows.length} rows have no verdict in one of their games and were left out.`]
        : []),
    ],
  }
}
