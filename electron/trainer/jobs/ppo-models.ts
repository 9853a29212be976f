/** The models that a PPO run trains and compares with, made of the two that it starts from. */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { adaptModel, addScoreHead, copyModel, type Model } from '../../engine/model/model.ts'
import type { RolloutModels } from '../../pipeline/ppo/rollout.ts'

/**
 * Of full rank, the policy is `start` itself and the reference a copy; with adapters, the reference is `start`, which
 * the policy is an adaptation of. A value model of its own begins as the reward model or the policy, copied or
 * adapted in the same way.
 * @returns models of which each, but for `start`, is the caller's to dispose once
 */
export function ppoModels(
  start: Model,
  rewardModel: Model,
  { loraRank, valueTrunk, valueInit, seed }: PpoConfig,
): RolloutModels {
  const vary = (model: Model) => (loraRank === null ? copyModel(model) : adaptModel(model, loraRank, seed))
  const varied = vary(start)
  const [policy, refPolicy] = loraRank === null ? [start, varied] : [varied, start]
  const value = valueTrunk === 'shared' ? policy : vary(valueInit === 'reward' ? rewardModel : start)
  addScoreHead(value, seed)
  return { policy, refPolicy, value }
}
