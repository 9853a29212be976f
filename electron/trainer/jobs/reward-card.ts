/** Reward models on disk, and the metadata next to their weights: how to read the scores. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import { scoreHead } from '../../engine/model/config.ts'
import { disposeModel } from '../../engine/model/model.ts'
import { type ModelWithTokenizer, openModel } from './open-model.ts'

const fileName = 'reward.json'

export const RewardCard = z.strictObject({
  scheme: RewardScheme,
  /** Mean reward of kept tokens on held-out edits; zero if there are none. */
  keptMean: z.number(),
  tokenizerHash: z.string(),
})
export type RewardCard = z.infer<typeof RewardCard>

export async function writeRewardCard(folder: string, card: RewardCard): Promise<void> {
  await writeFileAtomic(path.join(folder, fileName), [JSON.stringify(card, null, 2)])
}

export interface RewardModel extends ModelWithTokenizer {
  card: RewardCard
}

/** @throws UserError if the folder is not a reward model made by Stet */
export function openRewardModel(folder: string): RewardModel {
  const card = readRewardCard(folder)
  const opened = openModel({ path: folder })
  if (opened.model.parameters.has(scoreHead)) return { ...opened, card }
  disposeModel(opened.model)
  throw notReward(`it has no ${scoreHead}`, folder)
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
  const message = `${folder} is not a reward model made by Stet: ${why}. Train one with "stet train reward".`
  return new UserError('bad_input', message, { cause })
}
