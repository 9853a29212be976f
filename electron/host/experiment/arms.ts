/**
 * The arms of the experiment: a row for every reward model and for every method. Each method may start from the
 * reference; those that teach more than imitation may also start from the policy that was fine-tuned on the edits.
 */
import type { BestBy } from '../../contract/best-of.ts'
import { type ArmMethod, type ExperimentArm, experimentArms } from '../../contract/experiment.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { likelihood, type RewardConfig } from '../../contract/run-kinds/reward.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'

/** What an arm can learn from: ordinary preference pairs, or edits. */
export type PairKind = RewardConfig['pairs']

type RewardPlan = Pick<RewardConfig, 'scheme' | 'pairs'> & Partial<Pick<RewardConfig, 'spanWeighted'>>

/** The reward models. Arms that use the same one share it. */
export const rewardPlans = {
  'sequence-original': { scheme: 'sequence', pairs: 'original' },
  'sequence-edited': { scheme: 'sequence', pairs: 'edited' },
  token: { scheme: 'bt-balanced', pairs: 'edited' },
  'token-changed': { scheme: 'bt-changed', pairs: 'edited' },
  'token-mean': { scheme: 'bt-mean', pairs: 'edited' },
  'token-classify': { scheme: 'classify', pairs: 'edited' },
  'token-regress': { scheme: 'regress', pairs: 'edited', spanWeighted: true },
} satisfies Record<string, RewardPlan>
export type RewardName = keyof typeof rewardPlans

/** What rewards: a reward model, or the policy of a method by its likelihood. */
type Rewarding = { rewardModel: RewardName } | { rewardPolicy: RewardPolicy }

/** Methods whose policies reward others. */
type RewardPolicy = Extract<ArmMethod, 'dpop'>

type PpoMethod = Rewarding & {
  kind: 'ppo'
  settings: Pick<PpoConfig, 'placement'> &
    Partial<Pick<PpoConfig, 'sumRewardOver' | 'credit' | 'samplesPerPrompt' | 'derivedRewards'>>
  /** Scores whole responses, for placements that need it. */
  sequenceModel?: RewardName
}

interface BestOfMethod {
  kind: 'best-of'
  /** Responses to each prompt, of which the best is kept. */
  samples: number
  rewardModel: RewardName
  by: BestBy
}

export type Method =
  | BestOfMethod
  | { kind: 'sft'; responses: SftConfig['responses'] }
  | PpoMethod
  | { kind: 'dpo'; settings: Pick<DpoConfig, 'loss'> & Partial<Pick<DpoConfig, 'beta'>> }

interface MethodRow {
  description: string
  method: Method
}

/** Responses to a prompt of which best-of arms keep one. */
const bestOf = 16

/** Responses to a prompt for estimators that compare them. */
const samplesPerPrompt = 4

const methodRows: Record<ArmMethod, MethodRow> = {
  'sft-chosen': {
    description: 'supervised fine-tuning on ordinary chosen responses',
    method: { kind: 'sft', responses: 'chosen' },
  },
  'sft-edited': {
    description: 'supervised fine-tuning on the edited responses',
    method: { kind: 'sft', responses: 'edited' },
  },
  'best-of-sequence': {
    description: `the best of ${bestOf} responses of the reference by the sequence reward of sequence-edited`,
    method: { kind: 'best-of', samples: bestOf, rewardModel: 'sequence-edited', by: 'score' },
  },
  'best-of-token': {
    description: `the best of ${bestOf} responses of the reference by the sum of the token rewards of token`,
    method: { kind: 'best-of', samples: bestOf, rewardModel: 'token', by: 'sum' },
  },
  'sequence-original': {
    description: 'PPO with one reward per response, learned from ordinary preferences',
    method: ppo({ placement: 'sequence' }, 'sequence-original'),
  },
  'sequence-edited': {
    description: 'PPO with one reward per response, learned from edited pairs',
    method: ppo({ placement: 'sequence' }, 'sequence-edited'),
  },
  'sequence-rloo': {
    description: `sequence-edited without a critic: compares ${samplesPerPrompt} responses to a prompt`,
    method: ppo({ placement: 'sequence', credit: 'rloo', samplesPerPrompt }, 'sequence-edited'),
  },
  token: {
    description: 'PPO with a reward for every token, learned by comparing the changed tokens of edits',
    method: ppo({ placement: 'token' }, 'token'),
  },
  'token-shaped': {
    description: 'PPO with the sequence reward of sequence-edited, paid early where the token rewards say',
    method: ppo({ placement: 'shaped' }, 'token', 'sequence-edited'),
  },
  'token-mixed': {
    description: 'PPO with the mean of the token rewards and the sequence reward',
    method: ppo({ placement: 'mixed' }, 'token', 'sequence-edited'),
  },
  'token-segments': {
    description: 'PPO with the token rewards of each sentence, paid at its end',
    method: ppo({ placement: 'token', sumRewardOver: 'segment' }, 'token'),
  },
  'token-reinforce': {
    description: 'token without a critic: whitened rewards to go (REINFORCE++)',
    method: ppo({ placement: 'token', credit: 'reinforce++' }, 'token'),
  },
  'token-rloo': {
    description: `token without a critic: compares ${samplesPerPrompt} responses to a prompt`,
    method: ppo({ placement: 'token', credit: 'rloo', samplesPerPrompt }, 'token'),
  },
  'token-group': {
    description: `token without a critic: in units of the group of ${samplesPerPrompt} responses to a prompt`,
    method: ppo({ placement: 'token', credit: 'group', samplesPerPrompt }, 'token'),
  },
  'token-red': {
    description:
      'control without labels: the sequence reward of sequence-edited, shared out by its change (RED)',
    method: ppo({ placement: 'token', derivedRewards: 'red' }, 'sequence-edited'),
  },
  'token-confident': {
    description: 'control without labels: the sequence reward of sequence-edited, where it is confident',
    method: ppo({ placement: 'token', derivedRewards: 'confident' }, 'sequence-edited'),
  },
  'sequence-implicit': {
    description: 'PPO with one reward per response: how much likelier dpop makes it than the start does',
    method: implicit('sequence'),
  },
  'token-implicit': {
    description:
      'the same reward at every token: how much likelier dpop makes each (RTO without a second reward)',
    method: implicit('token'),
  },
  'token-changed': {
    description: 'token with an unbalanced reward loss, which pays for length',
    method: ppo({ placement: 'token' }, 'token-changed'),
  },
  'token-mean': {
    description: 'PPO with a reward for every token, learned by comparing mean rewards of whole responses',
    method: ppo({ placement: 'token' }, 'token-mean'),
  },
  'token-classify': {
    description: 'PPO with a reward for every token, learned by classifying the labels, as in TLCR',
    method: ppo({ placement: 'token' }, 'token-classify'),
  },
  'token-regress': {
    description:
      'PPO with a reward for every token, learned by regression on labels divided over their spans',
    method: ppo({ placement: 'token' }, 'token-regress'),
  },
  dpo: { description: 'DPO on edited pairs', method: direct({ loss: 'dpo' }) },
  dpop: {
    description: 'DPO with a penalty where edited responses become less likely (DPOP)',
    method: direct({ loss: 'dpop' }),
  },
  rpo: {
    description: 'DPO with the likelihood of the edited responses (RPO)',
    method: direct({ loss: 'rpo' }),
  },
  ddpo: {
    description: 'DPO that weights changed tokens (dense DPO of RLHF-V)',
    method: direct({ loss: 'ddpo', beta: 5 }),
  },
  tdpo: {
    description: 'DPO with the KL of every token (TDPO)',
    method: direct({ loss: 'tdpo' }),
  },
  kto: {
    description: 'edited responses as desirable and rejected ones as undesirable (KTO)',
    method: direct({ loss: 'kto' }),
  },
  figa: {
    description: 'likelihood of inserted and kept tokens, against deleted ones (FIGA)',
    method: direct({ loss: 'figa' }),
  },
  salt: {
    description: 'likelihood of inserted and kept tokens, unlikelihood of deleted ones (SALT)',
    method: direct({ loss: 'salt' }),
  },
}

function direct(settings: Extract<Method, { kind: 'dpo' }>['settings']): Method {
  return { kind: 'dpo', settings }
}

function ppo(
  settings: PpoMethod['settings'],
  rewardModel: RewardName,
  sequenceModel?: RewardName,
): PpoMethod {
  return { kind: 'ppo', settings, rewardModel, ...(sequenceModel && { sequenceModel }) }
}

function implicit(placement: PpoConfig['placement']): Method {
  return { kind: 'ppo', settings: { placement, derivedRewards: likelihood }, rewardPolicy: 'dpop' }
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
  if (method.kind === 'best-of') return [method.rewardModel]
  if (method.kind !== 'ppo') return []
  const own = 'rewardModel' in method ? [method.rewardModel] : []
  return method.sequenceModel === undefined ? own : [...own, method.sequenceModel]
}

/** The arm whose policy rewards this one, from the same start; null if a reward model does. */
export function rewardPolicyOf(arm: ExperimentArm): ExperimentArm | null {
  const { method, start } = armPlan(arm)
  if (method.kind !== 'ppo' || !('rewardPolicy' in method)) return null
  return start === null ? method.rewardPolicy : `${method.rewardPolicy}-on-sft`
}

/** What a project has to hold so that the arm can be trained. */
export function pairKindsOf(arm: ExperimentArm): PairKind[] {
  const { method, start } = armPlan(arm)
  const kinds = new Set<PairKind>(rewardsOf(arm).map((reward) => rewardPlans[reward].pairs))
  if (method.kind === 'sft') kinds.add(method.responses === 'edited' ? 'edited' : 'original')
  if (method.kind === 'dpo') kinds.add('edited')
  if (start !== null || rewardPolicyOf(arm) !== null) kinds.add('edited')
  return [...kinds]
}

/** Arms that others are compared with. */
const baselines: readonly ExperimentArm[] = ['sft-edited', 'sequence-original', 'sequence-edited', 'token']

/** With more arms than this, only the baselines are judged against each of them, since pairs grow with the square. */
const mostJudgedInPairs = 8

/** Pairs of arms that are judged against each other, as `contrastsOf`. */
export function headToHeadsOf(arms: readonly ExperimentArm[]): [ExperimentArm, ExperimentArm][] {
  const pairs = contrastsOf(arms)
  if (arms.length <= mostJudgedInPairs) return pairs
  return pairs.filter((pair) => pair.some((arm) => baselines.includes(arm)))
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
