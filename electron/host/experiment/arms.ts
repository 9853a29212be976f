/** The arms of the experiment: what each learns its reward from, and which tokens get it. */
import type { ExperimentArm } from '../../contract/experiment.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'

export interface ArmPlan {
  description: string
  /** What it learns from. */
  pairs: RewardConfig['pairs']
  /** How its reward model learns; null for an arm without one. */
  reward: (Pick<RewardConfig, 'scheme'> & Partial<Pick<RewardConfig, 'spanWeighted'>>) | null
  placement: PpoConfig['placement'] | null
}

export const armPlans: Record<ExperimentArm, ArmPlan> = {
  'sequence-original': {
    description: 'ordinary PPO: one reward per response, learned from ordinary preferences',
    pairs: 'original',
    reward: { scheme: 'sequence' },
    placement: 'sequence',
  },
  'sequence-edited': {
    description: 'ordinary PPO: one reward per response, learned from edited pairs',
    pairs: 'edited',
    reward: { scheme: 'sequence' },
    placement: 'sequence',
  },
  token: {
    description: "the paper's method: a reward for every token, learned from the labels of edits",
    pairs: 'edited',
    reward: { scheme: 'bt-changed' },
    placement: 'token',
  },
  'token-classify': {
    description: 'a reward for every token, learned by classifying the labels, as in TLCR',
    pairs: 'edited',
    reward: { scheme: 'classify' },
    placement: 'token',
  },
  'token-regress': {
    description: 'a reward for every token, learned by regression on the labels, each divided over its span',
    pairs: 'edited',
    reward: { scheme: 'regress', spanWeighted: true },
    placement: 'token',
  },
  dpo: { description: 'DPO on edited pairs', pairs: 'edited', reward: null, placement: null },
}
