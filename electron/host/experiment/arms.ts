/** The arms of the experiment: what each learns its reward from, and where the reward is paid. */
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
    description: 'ordinary PPO: one reward a response, learnt from ordinary preferences',
    pairs: 'original',
    reward: { scheme: 'sequence' },
    placement: 'sequence',
  },
  'sequence-edited': {
    description: 'ordinary PPO: one reward a response, learnt from edited pairs',
    pairs: 'edited',
    reward: { scheme: 'sequence' },
    placement: 'sequence',
  },
  token: {
    description: "the paper's: a reward at every token, learnt from the edits' labels",
    pairs: 'edited',
    reward: { scheme: 'bt-changed' },
    placement: 'token',
  },
  'token-classify': {
    description: "a reward at every token, learnt by telling the labels apart, as TLCR's",
    pairs: 'edited',
    reward: { scheme: 'classify' },
    placement: 'token',
  },
  'token-regress': {
    description: 'a reward at every token, learnt as the label itself, shared out over its span',
    pairs: 'edited',
    reward: { scheme: 'regress', spanWeighted: true },
    placement: 'token',
  },
  dpo: { description: 'DPO on edited pairs', pairs: 'edited', reward: null, placement: null },
}
