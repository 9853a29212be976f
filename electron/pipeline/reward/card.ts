/** The metadata next to the weights of a reward model made by Stet: how to read its scores. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import { RewardScheme } from '../../contract/run-kinds/reward.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import type { ClassificationKind } from '../../engine/model/sources/classification.ts'
import { schemes } from './schemes.ts'

export const rewardCardFile = 'reward.json'

export const RewardCard = z.strictObject({
  scheme: RewardScheme,
  /**
   * Mean reward of kept tokens on training edits (in models of older versions: on held-out edits, if there were any); null
   * if unknown, and for a scheme that rewards no tokens.
   */
  keptMean: z.number().nullable(),
  tokenizerHash: z.string(),
})
export type RewardCard = z.infer<typeof RewardCard>

export async function writeRewardCard(folder: string, card: RewardCard): Promise<void> {
  await writeFileAtomic(path.join(folder, rewardCardFile), [JSON.stringify(card, null, 2)])
}

/** @returns null if the model has no card @throws UserError if it can't be read */
export function readRewardCard(folder: string): RewardCard | null {
  const file = path.join(folder, rewardCardFile)
  if (!existsSync(file)) return null
  try {
    return RewardCard.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    const message = `${file} can't be read: it must be as "stet train reward" wrote it. Train the model again, or copy the file again.`
    throw new UserError('bad_input', message, { cause })
  }
}

/** The class in which a reward model is saved. */
export function classificationOfScheme(scheme: RewardScheme): ClassificationKind {
  return schemes[scheme].rewardsTokens ? 'token' : 'sequence'
}
