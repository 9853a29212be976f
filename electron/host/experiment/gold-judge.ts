/** A judge for data whose truth is unknown: a reward model trained on documents that no arm gets. */
import type { Hooks } from '../../contract/events.ts'
import type { JudgeSpec } from '../../contract/judge-kinds.ts'
import type { ResultRecord } from '../../contract/report.ts'
import { RewardConfig } from '../../contract/run-kinds/reward.ts'
import type { Project } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { startOrResume } from '../runs/run.ts'
import type { InputChoice } from '../runs/run-input.ts'
import { train } from '../train/train.ts'
import { finishedModel } from './lab-steps.ts'
import type { ExperimentPlan } from './policies.ts'

export interface GoldSetting {
  /** Path of the model that it starts from. */
  policy: string
  choice: InputChoice
  reward: ExperimentPlan['reward']
  seed: number
  /** Share of the training documents that the judge is trained on. */
  share: number
}

/**
 * Its scheme is not used by any arm: it scores whole responses by the mean of their tokens' rewards.
 * @returns the judge, how the record describes it, and the part of the training documents that is left for the arms
 */
export async function goldJudge(
  lab: Lab,
  project: Project,
  { policy, choice, reward, seed, share }: GoldSetting,
  hooks: Hooks,
): Promise<{ judge: JudgeSpec; trainPart: [number, number]; described: ResultRecord['judge'] }> {
  hooks.emit({ type: 'note', sentence: 'Training gold-judge on documents that no arm gets.' })
  const config = RewardConfig.parse({ ...reward, scheme: 'bt-mean', pairs: 'edited', seed })
  const input = { project: project.folder, model: policy, name: 'gold-judge', config, ...choice }
  const gold = await train(
    lab,
    { kind: 'reward', input: { ...input, trainPart: [1 - share, 1] }, start: startOrResume },
    hooks,
  )
  const quality = gold.heldout
    ? ` It orders ${(100 * gold.heldout.accuracy).toFixed(1)}% of ${gold.heldout.pairs} held-out pairs correctly.`
    : ''
  return {
    judge: { kind: 'reward', model: finishedModel(gold) },
    trainPart: [0, 1 - share],
    described: {
      name: 'gold',
      description: `Every pair was judged in both orders by a reward model trained on ${Math.round(100 * share)}% of the training documents, which no arm got.${quality}`,
    },
  }
}
