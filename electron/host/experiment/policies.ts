/** What the experiment trains: reward models and policies, each once, whichever arms need it. */
import assert from 'node:assert/strict'
import type { ExperimentArm } from '../../contract/experiment.ts'
import { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { RewardConfig } from '../../contract/run-kinds/reward.ts'
import { SftConfig } from '../../contract/run-kinds/sft.ts'
import { stepsPerEpoch } from '../../engine/training/schedule.ts'
import type { BestOf } from '../models/best-of.ts'
import { armPlan, type Method, type RewardName, rewardPlans, rewardPolicyOf, rewardsOf } from './arms.ts'
import type { ExperimentSteps, Finished } from './steps.ts'

export interface ExperimentPlan {
  arms: ExperimentArm[]
  seeds: number[]
  /** Strengths of the KL penalty that every PPO arm is run with; at least one. */
  klCoefs: number[]
  /** Numbers of edits that every arm is also trained with, besides all. */
  edits: number[]
  /** Settings that every arm is tried with; 1 tries none but the plan's. */
  tries: number
  /** At most this many held-out prompts are judged, and as many others used to choose settings. */
  prompts: number
  reward: Omit<RewardConfig, 'scheme' | 'pairs' | 'seed'>
  ppo: Omit<PpoConfig, 'placement' | 'seed' | 'klCoef'>
  sft: Omit<SftConfig, 'responses' | 'seed'>
  dpo: Omit<DpoConfig, 'pairs' | 'loss' | 'seed'>
}

/** What a model is trained with besides its method. */
export interface Draw {
  seed: number
  /** Number of edits, drawn by the seed; null for all. */
  edits: number | null
}

/** An arm with its own settings. */
export interface Variant {
  arm: ExperimentArm
  /** Strength of the KL penalty; null if it has none. */
  klCoef: number | null
  /** Number of edits that it learns from; null for all. */
  edits: number | null
  /** Factor of the plan's learning rate, for methods without a KL penalty. */
  rate: number
  /** Factor of the plan's passes. */
  passes: number
}

export type TrainedReward = Finished<'reward'> & {
  name: string
  reward: RewardName
  seed: number
  config: RewardConfig
}
/** A method whose policy is a run's. */
type TrainedMethod = Exclude<Method, { kind: 'best-of' }>

/** What answers prompts for an arm. */
export interface TrainedPolicy {
  seed: number
  /** Path; null for the reference. */
  model: string | null
  /** Path of the policy that it started from; null for the reference. */
  start: string | null
  /** How one of several responses is kept; null if one is sampled. */
  bestOf: BestOf | null
  metrics: Finished<'ppo'>['metrics']
}

export function variantsOf({ arms, klCoefs, edits }: ExperimentPlan): Variant[] {
  return arms.flatMap((arm) => {
    const strengths = armPlan(arm).method.kind === 'ppo' ? klCoefs : [null]
    // A KL sweep and a curve over the edits are different questions: the curve takes the first strength.
    return [
      ...strengths.map((klCoef) => ({ ...plain(arm), klCoef })),
      ...edits.map((count) => ({ ...plain(arm), klCoef: strengths[0]!, edits: count })),
    ]
  })
}

/** The arm with the plan's settings. */
export function plain(arm: ExperimentArm): Variant {
  return { arm, klCoef: null, edits: null, rate: 1, passes: 1 }
}

/** Steps that a model gets at least when it learns from few edits, and the passes over them at most. */
const leastSteps = 150
const mostEpochs = 10

/** The settings with more passes over few edits, the same for every method that trains on them. */
export function withPasses<Config extends { batchSize: number; epochs: number }>(
  config: Config,
  edits: number | null,
): Config {
  if (edits === null) return config
  const needed = Math.ceil(leastSteps / stepsPerEpoch(edits, config.batchSize))
  return { ...config, epochs: Math.max(config.epochs, Math.min(mostEpochs, needed)) }
}

/** Trains models on demand, and every one of them once. */
export class Trainings {
  readonly #plan: ExperimentPlan
  readonly #steps: ExperimentSteps
  readonly #rewards = new Map<string, Promise<TrainedReward>>()
  readonly #policies = new Map<string, Promise<TrainedPolicy>>()
  readonly #chosen = new Map<string, Variant>()

  constructor(plan: ExperimentPlan, steps: ExperimentSteps) {
    this.#plan = plan
    this.#steps = steps
  }

  /** Has arms that continue this one start from it with these settings. */
  choose(variant: Variant): void {
    this.#chosen.set(`${variant.arm} ${variant.edits}`, variant)
  }

  #start(arm: ExperimentArm, edits: number | null): Variant {
    return this.#chosen.get(`${arm} ${edits}`) ?? { ...plain(arm), edits }
  }

  reward(reward: RewardName, draw: Draw): Promise<TrainedReward> {
    const name = `reward-${reward}${drawName(draw)}`
    return once(this.#rewards, name, async () => {
      const { seed, edits } = draw
      const config = RewardConfig.parse({
        ...withPasses(this.#plan.reward, edits),
        ...rewardPlans[reward],
        seed,
      })
      return { ...(await this.#steps.trainReward(name, config, edits)), name, reward, seed, config }
    })
  }

  policy(variant: Variant, seed: number): Promise<TrainedPolicy> {
    const name = policyName(variant, seed)
    return once(this.#policies, name, async () => {
      const { method, start: startArm } = armPlan(variant.arm)
      const start = startArm && (await this.policy(this.#start(startArm, variant.edits), seed)).model
      if (method.kind === 'best-of') {
        const { samples, by } = method
        const { model: rewardModel } = await this.reward(method.rewardModel, { seed, edits: variant.edits })
        return { seed, start, model: start, bestOf: { samples, by, rewardModel }, metrics: new Map() }
      }
      const { model, metrics } = await this.#train({ name, method, start, seed }, variant)
      return { seed, start, model, bestOf: null, metrics }
    })
  }

  /** @returns the path of the model that rewards a PPO arm */
  async #rewarding(arm: ExperimentArm, draw: Draw): Promise<string> {
    const rewardPolicy = rewardPolicyOf(arm)
    if (rewardPolicy !== null) {
      const { model } = await this.policy(this.#start(rewardPolicy, draw.edits), draw.seed)
      assert(model, `${rewardPolicy} trains a policy.`)
      return model
    }
    const [rewardModel] = rewardsOf(arm)
    assert(rewardModel, `${arm} has a reward model.`)
    return (await this.reward(rewardModel, draw)).model
  }

  async #train(
    {
      name,
      method,
      start,
      seed,
    }: { name: string; method: TrainedMethod; start: string | null; seed: number },
    { arm, klCoef, edits, rate, passes }: Variant,
  ): Promise<Finished<'sft' | 'ppo' | 'dpo'>> {
    const { sft, ppo, dpo } = this.#plan
    const tuned = <Config extends { batchSize: number; epochs: number; learningRate: number }>(
      config: Config,
    ) => {
      const { epochs, learningRate } = withPasses(config, edits)
      return { ...config, epochs: epochs * passes, learningRate: learningRate * rate }
    }
    switch (method.kind) {
      case 'sft': {
        const config = SftConfig.parse({ ...tuned(sft), responses: method.responses, seed })
        return this.#steps.trainSft(name, config, edits)
      }
      case 'dpo': {
        const config = DpoConfig.parse({ ...tuned(dpo), ...method.settings, pairs: 'edited', seed })
        return this.#steps.trainDpo(name, start, config, edits)
      }
      case 'ppo': {
        const rewardModel = await this.#rewarding(arm, { seed, edits })
        const sequenceModel = method.sequenceModel
          ? (await this.reward(method.sequenceModel, { seed, edits })).model
          : null
        const config = PpoConfig.parse({ ...ppo, ...method.settings, klCoef, seed })
        return this.#steps.trainPpo(name, { policy: start, rewardModel, sequenceModel }, config)
      }
    }
  }
}

/** A variant as tables and judgements name it. */
export function nameOf({ arm, klCoef, edits, rate, passes }: Variant): string {
  const settings = [
    ...(klCoef === null ? [] : [`klCoef ${klCoef}`]),
    ...(rate === 1 ? [] : [`learning rate × ${rate.toPrecision(3)}`]),
    ...(passes === 1 ? [] : [`passes × ${passes}`]),
    ...(edits === null ? [] : [`${edits} edits`]),
  ]
  return settings.length === 0 ? arm : `${arm} (${settings.join(', ')})`
}

function policyName({ arm, klCoef, edits, rate, passes }: Variant, seed: number): string {
  const settings = [
    ...(klCoef === null ? [] : [`kl${klCoef}`]),
    ...(rate === 1 ? [] : [`rate${rate.toPrecision(3)}`]),
    ...(passes === 1 ? [] : [`passes${passes}`]),
  ]
  return `${[arm, ...settings].join('-')}${drawName({ seed, edits })}`
}

function drawName({ seed, edits }: Draw): string {
  return `${edits === null ? '' : `-${edits}edits`}-seed${seed}`
}

function once<T>(made: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const present = made.get(name)
  if (present) return present
  const promise = make()
  made.set(name, promise)
  return promise
}
