/** Has the model that a reward model starts from answer training prompts, before it is trained. */
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { JobOf } from '../../contract/jobs.ts'
import { disposeModel } from '../../engine/model/model.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'
import { yieldToEventLoop } from '../../engine/training/pauses.ts'
import { anchorLength, anchorQueries, sampleAnchors } from '../../pipeline/reward/anchor.ts'
import type { RewardPair } from '../../pipeline/reward/examples.ts'
import { schemes } from '../../pipeline/reward/schemes.ts'
import { openModel } from './open-model.ts'

/**
 * The same for a run that resumes: model, prompts and seed are those of its start.
 * @throws UserError for a scheme without token rewards
 * @returns none if the run has no penalty for them; null if it is stopped meanwhile
 */
export async function anchorsFor(
  { model: ref, config }: JobOf<'reward'>,
  pairs: readonly RewardPair[],
  { emit, signal }: Hooks,
): Promise<QueryResponse[] | null> {
  const { anchorPenalty, scheme } = config
  if (anchorPenalty === 0) return []
  if (!schemes[scheme].rewardsTokens)
    throw new UserError(
      'bad_input',
      `Scheme ${scheme} rewards no single token, so anchorPenalty ${anchorPenalty} has nothing to hold at zero. Leave it at 0, or choose another scheme.`,
    )
  const { model, tokenizer } = openModel(ref, 'language', { variables: config.templateVariables })
  try {
    const queries = anchorQueries(pairs, config)
    const sampling = sampleAnchors(model, queries, {
      padId: tokenizer.padId,
      maxNewTokens: anchorLength(pairs, model.config.maxPositions),
      batchSize: Math.min(config.batchSize, queries.length),
      seed: config.seed,
    })
    for (;;) {
      const next = sampling.next()
      if (next.done) return next.value
      emit({ type: 'progress', phase: 'generate', done: next.value, total: queries.length })
      await yieldToEventLoop()
      if (signal.aborted) return null
    }
  } finally {
    disposeModel(model)
  }
}
