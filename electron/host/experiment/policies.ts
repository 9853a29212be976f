/** What the experiment trains: a reward model for each arm and seed, and a policy for each strength of the KL penalty. */
import type { ExperimentArm } from '../../contract/experiment.ts'
import { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { RewardConfig } from '../../contract/run-kinds/reward.ts'
import { armPlans } from './arms.ts'
import type { ExperimentSteps, Finished } from './steps.ts'

export interface ExperimentPlan {
  arms: ExperimentArm[]
  seeds: number[]
  /** Strengths of the KL penalty that every PPO arm is run with; at least one. */
  klCoefs: number[]
  /** At most this many held-out prompts are judged. */
  prompts: number
  reward: Omit<RewardConfig, 'scheme' | 'pairs' | 'seed'>
  ppo: Omit<PpoConfig, 'placement' | 'seed' | 'klCoef'>
}

/** An arm at one strength of the KL penalty; null if the arm has none. */
export interface Variant {
  arm: ExperimentArm
  klCoef: number | null
}

export type TrainedReward = Finished<'reward'> & {
  name: string
  arm: ExperimentArm
  seed: number
  config: RewardConfig
}
export type TrainedPolicy = (Finished<'ppo'> | Finished<'dpo'>) & { seed: number }

export function variantsOf({ arms, klCoefs }: ExperimentPlan): Variant[] {
  return arms.flatMap((arm) =>
    armPlans[arm].placement === null
      ? [{ arm, klCoef: null }]
      : klCoefs.map((klCoef): Variant => ({ arm, klCoef })),
  )
}

/** @returns null for an arm without a reward model */
export async function trainReward(
  arm: ExperimentArm,
  seed: number,
  plan: ExperimentPlan,
  steps: ExperimentSteps,
): Promise<TrainedReward | null> {
  const { reward, pairs } = armPlans[arm]
  if (!reward) return null
  const config = RewardConfig.parse({ ...plan.reward, ...reward, pairs, seed })
  const name = `reward-${arm}-seed${seed}`
  return { ...(await steps.trainReward(name, config)), name, arm, seed, config }
}

export async function trainPolicy(
  { arm, klCoef }: Variant,
  { plan, seed, rewards }: { plan: ExperimentPlan; seed: number; rewards: readonly TrainedReward[] },
  steps: ExperimentSteps,
): Promise<TrainedPolicy> {
  const { placement, pairs } = armPlans[arm]
  if (klCoef === null || placement === null) {
    // It sees the same pairs as often as a reward model does.
    const { maxQueryTokens, maxResponseTokens, batchSize, microBatchSize, epochs, maxSteps } = plan.reward
    const budget = { maxQueryTokens, maxResponseTokens, batchSize, microBatchSize, epochs, maxSteps }
    const config = DpoConfig.parse({ seed, pairs, ...budget })
    return { ...(await steps.trainDpo(`${arm}-seed${seed}`, config)), seed }
  }
  const { model } = rewards.find((reward) => reward.arm === arm && reward.seed === seed)!
  const config = PpoConfig.parse({ ...plan.ppo, placement, klCoef, seed })
  return { ...(await steps.trainPpo(`${arm}-kl${klCoef}-seed${seed}`, model, config)), seed }
}

const lastSteps = 5

/** Mean KL of a response from the reference over the last iterations, in nats; null if it was not measured. */
export function finalKl({ metrics }: TrainedPolicy): number | null {
  const points = metrics.get('objective/kl')?.slice(-lastSteps) ?? []
  return points.length === 0 ? null : points.reduce((sum, [, kl]) => sum + kl, 0) / points.length
}
