/** Opens reward models, and says how their scores are read: by the card of one made by Stet, or by the class of another. */
import { UserError } from '../../contract/errors.ts'
import { scoreHead } from '../../engine/model/config.ts'
import { disposeModel } from '../../engine/model/model.ts'
import type { Classification } from '../../engine/model/sources/classification.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { type RewardCard, readRewardCard, rewardCardFile } from '../../pipeline/reward/card.ts'
import { RewardScorer } from '../../pipeline/reward/model.ts'
import { classifierSchemes, schemes } from '../../pipeline/reward/schemes.ts'
import { type ModelWithTokenizer, openModel } from './open-model.ts'

export interface RewardModel extends ModelWithTokenizer {
  card: RewardCard
  /** A token at which the score of the token before it is read; null if there is none. */
  paddingId: number | null
}

/**
 * A reward model of Stet, or one of another tool: `…ForSequenceClassification` or `…ForTokenClassification` with one
 * label.
 * @throws UserError if the folder is neither
 */
export function openRewardModel(folder: string): RewardModel {
  const card = readRewardCard(folder)
  const { classification } = openModelSource(folder)
  if (card === null && classification === null)
    throw notReward(`it has no ${rewardCardFile}, and its config.json names no classifier`, folder)
  const opened = openModel({ path: folder }, 'scores')
  if (opened.model.parameters.has(scoreHead))
    return {
      ...opened,
      card: card ?? cardOf(classification!, opened.tokenizer),
      paddingId: card === null && poolsTexts(classification!) ? opened.model.config.padId : null,
    }
  disposeModel(opened.model)
  throw notReward(`it has no ${scoreHead}`, folder)
}

export function scorerOf({ model, card, tokenizer, paddingId }: RewardModel): RewardScorer {
  return new RewardScorer(model, card.scheme, tokenizer.padId, paddingId)
}

function poolsTexts({ kind }: Classification): boolean {
  return !schemes[classifierSchemes[kind]].rewardsTokens
}

/** Another tool's scores are read as they are, and their zero is unknown. */
function cardOf({ kind }: Classification, { hash }: Tokenizer): RewardCard {
  return { scheme: classifierSchemes[kind], keptMean: null, tokenizerHash: hash }
}

function notReward(why: string, folder: string): UserError {
  const message = `${folder} is not a reward model: ${why}. Train one with "stet train reward", or use a …ForSequenceClassification model with one label.`
  return new UserError('bad_input', message)
}
