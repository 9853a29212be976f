/**
 * The arms of the experiment: a row for every reward model and for every method. Each method may start from the
 * reference; those that teach more than imitation may also start from the policy that was fine-tuned on the edits.
 */
import { type ArmMethod, type ExperimentArm, experimentArms } from '../../contract/experiment.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'

/** What an arm can learn from: ordinary preference pairs, or edits. */
export type PairKind = RewardConfig['pairs']

type RewardPlan = Pick<RewardConfig, 'scheme' | 'pairs'> & Partial<Pick<RewardConfig, 'spanWeighted'>>

/** The reward models. Arms that use the same one share it. */
export const rewardPlans = {
  'sequence-original': { scheme: 'sequence', pairs: 'original' },
  'sequence-edited': { scheme: 'sequence', pairs: 'edited' },
  token: { scheme: 'bt-changed', pairs: 'edited' },
  'token-mean': { scheme: 'bt-mean', pairs: 'edited' },
  'token-classify': { scheme: 'classify', pairs: 'edited' },
  'token-regress': { scheme: 'regress', pairs: 'edited', spanWeighted: true },
} satisfies Record<string, RewardPlan>
export type RewardName = keyof typeof rewardPlans

export type Method =
  | { kind: 'sft'; responses: SftConfig['responses'] }
  | { kind: 'ppo'; placement: PpoConfig['placement']; rewardModel: RewardName }
  | { kind: 'dpo'; pairs: PairKind }

interface MethodRow {
  description: string
  method: Method
}

const methodRows: Record<ArmMethod, MethodRow> = {
  'sft-chosen': {
    description: 'supervised fine-tuning on ordinary chosen responses',
    method: { kind: 'sft', responses: 'chosen' },
  },
  'sft-edited': {
    description: 'supervised fine-tuning on the edited responses',
    method: { kind: 'sft', responses: 'edited' },
  },
  'sequence-original': {
    description: 'PPO with one reward per response, learned from ordinary preferences',
    method: { kind: 'ppo', placement: 'sequence', rewardModel: 'sequence-original' },
  },
  'sequence-edited': {
    description: 'PPO with one reward per response, learned from edited pairs',
    method: { kind: 'ppo', placement: 'sequence', rewardModel: 'sequence-edited' },
  },
  token: {
    description: 'PPO with a reward for every token, learned by comparing the changed tokens of edits',
    method: { kind: 'ppo', placement: 'token', rewardModel: 'token' },
  },
  'token-mean': {
    description: 'PPO with a reward for every token, learned by comparing mean rewards of whole responses',
    method: { kind: 'ppo', placement: 'token', rewardModel: 'token-mean' },
  },
  'token-classify': {
    description: 'PPO with a reward for every token, learned by classifying the labels, as in TLCR',
    method: { kind: 'ppo', placement: 'token', rewardModel: 'token-classify' },
  },
  'token-regress': {
    description:
      'PPO with a reward for every token, learned by regression on labels divided over their spans',
    method: { kind: 'ppo', placement: 'token', rewardModel: 'token-regress' },
  },
  dpo: { description: 'DPO on edited pairs', method: { kind: 'dpo', pairs: 'edited' } },
}

export interface ArmPlan extends MethodRow {
  /** The arm whose policy it starts from; null for the reference. */
  start: 'sft-edited' | null
}

const plans = new Map(
  experimentArms.map(({ name, method, start }): [ExperimentArm, ArmPlan] => {
    const row = methodRows[method]
    const description = start === null ? row.description : `${row.description}; starts from ${start}`
    return [name, { ...row, description, start }]
  }),
)

export function armPlan(arm: ExperimentArm): ArmPlan {
  return plans.get(arm)!
}

/** The reward models that an arm needs. */
export function rewardsOf(arm: ExperimentArm): RewardName[] {
  const { method } = armPlan(arm)
  return method.kind === 'ppo' ? [method.rewardModel] : []
}

/** What a project has to hold so that the arm can be trained. */
export function pairKindsOf(arm: ExperimentArm): PairKind[] {
  const { method, start } = armPlan(arm)
  const kinds = new Set<PairKind>(rewardsOf(arm).map((reward) => rewardPlans[reward].pairs))
  if (method.kind === 'sft') kinds.add(method.responses === 'edited' ? 'edited' : 'original')
  if (method.kind === 'dpo') kinds.add(method.pairs)
  if (start !== null) kinds.add('edited')
  return [...kinds]
}

/**
 * Pairs of arms whose difference means something: those that start from the same policy, and each that continues
 * another with that one.
 * @returns pairs [arm, opponent], the opponent being the earlier one in the list
 */
export function contrastsOf(arms: readonly ExperimentArm[]): [ExperimentArm, ExperimentArm][] {
  return arms.flatMap((opponent, i) =>
    arms.slice(i + 1).flatMap((arm): [ExperimentArm, ExperimentArm][] => {
      const [plan, other] = [armPlan(arm), armPlan(opponent)]
      const related = plan.start === other.start || plan.start === opponent || other.start === arm
      return related ? [[arm, opponent]] : []
    }),
  )
}
