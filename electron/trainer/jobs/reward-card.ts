/** Reward models on disk, and how to read their scores: from the metadata next to their weights, or from their class. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import { scoreHead } from '../../engine/model/config.ts'
import { disposeModel } from '../../engine/model/model.ts'
import type { Classification, ClassificationKind } from '../../engine/model/sources/classification.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { RewardScorer } from '../../pipeline/reward/model.ts'
import { classifierSchemes, schemes } from '../../pipeline/reward/schemes.ts'
import { type ModelWithTokenizer, openModel } from './open-model.ts'

const fileName = 'reward.json'

export const RewardCard = z.strictObject({
  scheme: RewardScheme,
  /**
   * Mean reward of kept tokens on held-out edits, or on training edits if none are held out; null if unknown, and for a
   * scheme that rewards no tokens.
   */
  keptMean: z.number().nullable(),
  tokenizerHash: z.string(),
})
export type RewardCard = z.infer<typeof RewardCard>

export async function writeRewardCard(folder: string, card: RewardCard): Promise<void> {
  await writeFileAtomic(path.join(folder, fileName), [JSON.stringify(card, null, 2)])
}

export interface RewardModel extends ModelWithTokenizer {
  card: RewardCard
  /** A token at which the score of the token before it is read; null if there is none. */
  paddingId: number | null
}

/** The class in which a reward model is saved. */
export function classificationOfScheme(scheme: RewardScheme): ClassificationKind {
  return schemes[scheme].rewardsTokens ? 'token' : 'sequence'
}

/**
 * A reward model of Stet, or one of another tool: `…ForSequenceClassification` or `…ForTokenClassification` with one
 * label.
 * @throws UserError if the folder is neither
 */
export function openRewardModel(folder: string): RewardModel {
  const card = existsSync(path.join(folder, fileName)) ? readRewardCard(folder) : null
  const { classification } = openModelSource(folder)
  if (card === null && classification === null)
    throw notReward(`it has no ${fileName}, and its config.json names no classifier`, folder)
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

function readRewardCard(folder: string): RewardCard {
  const file = path.join(folder, fileName)
  try {
    return RewardCard.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw notReward(`${file} can't be read`, folder, cause)
  }
}

function notReward(why: string, folder: string, cause?: unknown): UserError {
  const message = `${folder} is not a reward model: ${why}. Train one with "stet train reward", or use a …ForSequenceClassification model with one label.`
  return new UserError('bad_input', message, { cause })
}
