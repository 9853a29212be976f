/** What rewards tokens in PPO: a reward model, its score redistributed over tokens, or the likelihood of a language model. */
import { UserError } from '../../contract/errors.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { placements } from '../../contract/run-kinds/ppo-choices.ts'
import { likelihood, type RewardScheme } from '../../contract/run-kinds/reward.ts'
import type { Model } from '../../engine/model/model.ts'
import type { RewardSource } from '../../pipeline/ppo/reward-models.ts'
import { readRewardCard } from '../../pipeline/reward/card.ts'
import { canRewardTokens, derivedScorer } from '../../pipeline/reward/derived.ts'
import { LikelihoodScorer } from '../../pipeline/reward/likelihood.ts'
import { type ModelWithTokenizer, openModel } from './open-model.ts'
import type { Resources } from './resources.ts'
import { openRewardModel, type RewardModel, scorerOf } from './reward-card.ts'

interface LikelihoodModel extends ModelWithTokenizer {
  card: { scheme: typeof likelihood; tokenizerHash: string }
}

export type RewardingModel = RewardModel | LikelihoodModel

/** @throws UserError if the folder holds no model of this kind */
export function openRewarding(folder: string, { derivedRewards }: PpoConfig): RewardingModel {
  if (derivedRewards !== likelihood) return openRewardModel(folder)
  if (readRewardCard(folder) !== null)
    throw new UserError(
      'bad_input',
      `${folder} is a reward model, and derivedRewards "${likelihood}" reads the probabilities of a language model. Leave it out, or name a language model.`,
    )
  const opened = openModel({ path: folder }, 'language')
  return { ...opened, card: { scheme: likelihood, tokenizerHash: opened.tokenizer.hash } }
}

/** @param start the policy before the run, with which likelihoods are compared */
export function sourceOf(
  rewarding: RewardingModel,
  { start, config, resources }: { start: Model; config: PpoConfig; resources: Resources },
): RewardSource {
  if (isLikelihood(rewarding)) {
    const { model, tokenizer } = rewarding
    // The mean over reference samples is its zero, so that length earns and costs nothing.
    return { scorer: resources.keep(new LikelihoodScorer(model, start, tokenizer.padId)), keptMean: null }
  }
  const scorer = resources.keep(scorerOf(rewarding))
  const { derivedRewards } = config
  if (derivedRewards === null || derivedRewards === likelihood)
    return { scorer, keptMean: rewarding.card.keptMean }
  // Of derived rewards, a token that changes nothing earns 0.
  return { scorer: derivedScorer(scorer, derivedRewards), keptMean: 0 }
}

function isLikelihood(rewarding: RewardingModel): rewarding is LikelihoodModel {
  return rewarding.card.scheme === likelihood
}

/** @throws UserError if a model of this scheme can't reward what the placement pays */
export function checkPlacement(
  { placement, derivedRewards }: PpoConfig,
  rewardModel: string,
  scheme: RewardScheme | typeof likelihood,
): void {
  if (scheme === likelihood || derivedRewards === likelihood) return
  if (canRewardTokens(scheme, derivedRewards)) return
  if (derivedRewards !== null)
    throw new UserError(
      'bad_input',
      `The reward model ${rewardModel} was trained with scheme "${scheme}", which rewards tokens, so derivedRewards "${derivedRewards}" has nothing to derive. Leave it out, or use a reward model of scheme "sequence".`,
    )
  if (!placements[placement].rewardsTokens) return
  throw new UserError(
    'bad_input',
    `The reward model ${rewardModel} was trained with scheme "${scheme}", which rewards no single token. Use placement "sequence", derive token rewards from it (derivedRewards), or train it with another scheme.`,
  )
}
