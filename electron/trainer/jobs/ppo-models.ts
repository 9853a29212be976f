/** The models that a PPO run trains and compares with, made from the two that it starts from. */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { creditEstimators } from '../../contract/run-kinds/ppo-choices.ts'
import { adaptModel, copyModel, type Model, renewScoreHead } from '../../engine/model/model.ts'
import type { RolloutModels } from '../../pipeline/ppo/rollout.ts'

/**
 * The size of a new value head, as a share of a new reward model's. In the sample world (one seed, 96 responses a step,
 * token and sequence rewards) explained variance began at -0.02 and -0.89 with a share of 1, 0.05 and -0.07 with 0.3, 0.02
 * and 0.00 with 0.1. A head of zeros began at 0 and learned later: at first the trunk gets no gradient through it.
 */
const headShare = 0.1

/**
 * Without adapters, the policy is `start` itself and the reference a copy; with adapters, the reference is `start` and
 * the policy adapts it. A separate value model starts from the trunk of the reward model or of the policy, copied or
 * adapted in the same way.
 *
 * Without a critic there is no value model.
 *
 * Values start near zero, by a small new head: returns are normalised outside the reward model (`rewards.ts`), so its own
 * head would predict them in another unit, and explained variance would begin far below zero (docs/PAPER.md).
 * @returns models, each of which, except `start`, the caller must dispose once
 */
export function ppoModels(
  start: Model,
  rewardModel: Model,
  { loraRank, valueTrunk, valueInit, seed, credit }: PpoConfig,
): RolloutModels {
  const derive = (model: Model) => (loraRank === null ? copyModel(model) : adaptModel(model, loraRank, seed))
  const derived = derive(start)
  const [policy, refPolicy] = loraRank === null ? [start, derived] : [derived, start]
  if (!creditEstimators[credit].hasCritic) return { policy, refPolicy, value: null }
  const value = valueTrunk === 'shared' ? policy : derive(valueInit === 'reward' ? rewardModel : start)
  renewScoreHead(value, seed, headShare)
  return { policy, refPolicy, value }
}
