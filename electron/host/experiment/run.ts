/**
 * The experiment: arms trained on equal data, seeds and budget, judged on the same held-out prompts with the same
 * random numbers, and compared at an equal distance from the reference.
 */
import type { ExperimentArm } from '../../contract/experiment.ts'
import type { Item } from '../../contract/records.ts'
import type { Frontier, ResultRecord } from '../../contract/report.ts'
import type { RandomKey } from '../../engine/random.ts'
import {
  differenceOver,
  type FrontierPoint,
  type KlRange,
  sharedKls,
  winRateOver,
} from '../../pipeline/judge/frontier.ts'
import { schemes } from '../../pipeline/reward/schemes.ts'
import { armPlans } from './arms.ts'
import {
  type ExperimentPlan,
  finalKl,
  type TrainedPolicy,
  type TrainedReward,
  trainPolicy,
  trainReward,
  type Variant,
  variantsOf,
} from './policies.ts'
import { meanOf, rewardModelResults } from './reward-quality.ts'
import { StageClock } from './stage-clock.ts'
import type { ExperimentSteps, Response } from './steps.ts'
import {
  curvesOf,
  cutOffWarnings,
  describeResponses,
  notesOf,
  type ResponseStatistics,
  samplesOf,
  winRateOverSteps,
} from './summaries.ts'
import { tokenRewardsOf } from './token-rewards.ts'
import { type Answers, type Contestant, type JudgedVariant, Tournament } from './tournament.ts'

/** The part of the result that the experiment itself knows. */
export type ExperimentResult = Omit<
  ResultRecord,
  'project' | 'createdAt' | 'caveat' | 'runtime' | 'versions' | 'seeds' | 'data' | 'judge' | 'settings'
>

/** An experiment under way. */
interface Experiment {
  plan: ExperimentPlan
  steps: ExperimentSteps
  /** The held-out items that are judged, the same for every arm. */
  items: readonly Item[]
  tournament: Tournament
  clock: StageClock
}

export async function runExperiment(plan: ExperimentPlan, steps: ExperimentSteps): Promise<ExperimentResult> {
  const items = steps.heldoutItems().slice(0, plan.prompts)
  const clock = new StageClock()
  const experiment = { plan, steps, items, tournament: new Tournament(items, steps), clock }

  // 1. Train a reward model for each kind of reward and seed.
  const rewards = await trainRewards(experiment)

  // 2. Train a policy for each arm, KL strength and seed; have it answer the prompts, and judge the answers.
  const reference = await answersOf(new Map(plan.seeds.map((seed) => [seed, null])), experiment)
  const judged = await judgedVariants(rewards, reference, experiment)

  // 3. Compare the arms over the KLs that all of them reached, and select each arm's variant nearest to the middle.
  const frontier = frontierOf(judged, experiment)
  const middle = frontier && (frontier.kls.low + frontier.kls.high) / 2
  const selected = plan.arms.map((arm) => nearest(judged, arm, middle))
  const headToHead = await clock.time('judge', () => headToHeads(selected, experiment))

  // 4. Measure the reward models.
  const firstSeed = plan.seeds[0]!
  const baseline = { items, answers: reference.get(firstSeed)! }
  const rewardModels = await clock.time('reward quality', () => rewardModelResults(rewards, baseline, steps))
  const tokenRewards = await tokenRewardsOf(
    rewards.filter(({ seed, config }) => seed === firstSeed && schemes[config.scheme].rewardsTokens),
    steps,
  )

  const referenceResponses = describeResponses(reference, items, steps)
  return {
    stages: clock.stages(),
    rewardModels,
    reference: {
      name: 'reference',
      description: 'the policy that every arm starts from',
      ...referenceResponses,
    },
    arms: selected.map((variant) => armResult(variant, referenceResponses, experiment)),
    headToHead,
    frontier,
    curves: selected.flatMap(curvesOf),
    winRateOverSteps: selected.map(winRateOverSteps),
    samples: samplesOf(items, firstSeed, reference, selected),
    tokenRewards,
    notes: notesOf(plan),
  }
}

async function trainRewards({ plan, steps, clock }: Experiment): Promise<TrainedReward[]> {
  const rewards: TrainedReward[] = []
  for (const arm of plan.arms) {
    for (const seed of plan.seeds) {
      const reward = await clock.time('reward models', () => trainReward(arm, seed, plan, steps))
      if (reward) rewards.push(reward)
    }
  }
  return rewards
}

async function judgedVariants(
  rewards: readonly TrainedReward[],
  reference: Answers,
  experiment: Experiment,
): Promise<JudgedVariant[]> {
  const { plan, steps, clock, tournament } = experiment
  const referenceSide = { name: 'the reference', answers: reference }
  const judged: JudgedVariant[] = []
  for (const variant of variantsOf(plan)) {
    const policies: TrainedPolicy[] = []
    for (const seed of plan.seeds) {
      const config = { plan, seed, rewards }
      policies.push(await clock.time(`train ${variant.arm}`, () => trainPolicy(variant, config, steps)))
    }
    const answers = await answersOf(new Map(policies.map(({ seed, model }) => [seed, model])), experiment)
    const match = await clock.time('judge', () =>
      tournament.compare({ name: nameOf(variant), answers }, referenceSide),
    )
    judged.push({ ...variant, policies, answers, kl: meanOf(policies.map(finalKl)), match })
  }
  return judged
}

function armResult(
  { arm, answers, match: { summary }, kl, klCoef }: JudgedVariant,
  reference: ResponseStatistics,
  { items, steps, plan }: Experiment,
): ResultRecord['arms'][number] {
  const responses = describeResponses(answers, items, steps)
  const warnings = [...summary.warnings, ...cutOffWarnings(responses, reference, plan.ppo.maxNewTokens)]
  return {
    name: arm,
    description: armPlans[arm].description,
    ...summary,
    warnings,
    ...responses,
    kl,
    klCoef,
  }
}

function nameOf({ arm, klCoef }: Variant): string {
  return klCoef === null ? arm : `${arm} (klCoef ${klCoef})`
}

/** @param models by seed; null is the reference */
function answersOf(
  models: ReadonlyMap<number, string | null>,
  { plan: { ppo }, items, steps, clock }: Experiment,
): Promise<Answers> {
  const { temperature, maxNewTokens } = ppo
  return clock.time('respond', async () => {
    const answers = new Map<number, Response[]>()
    for (const [seed, model] of models)
      answers.set(seed, await steps.respond(model, items, { temperature, maxNewTokens, seed }))
    return answers
  })
}

/** @returns null if there is nothing to compare along: a single strength, or KLs that were not measured */
function frontierOf(
  judged: readonly JudgedVariant[],
  { plan: { klCoefs, seeds }, items, steps }: Experiment,
): Frontier | null {
  const swept = judged.filter((v) => v.klCoef !== null && v.kl !== null && v.kl > 0)
  const byArm = Map.groupBy(swept, ({ arm }) => arm)
  if (klCoefs.length < 2 || byArm.size === 0) return null
  const curves = new Map([...byArm].map(([arm, variants]) => [arm, variants.map(pointOf)]))
  const kls = sharedKls([...curves.values()])
  const key = { seed: seeds[0]!, stream: 'experiment/frontier' }
  const arms = [...curves.keys()]
  return {
    points: swept.map(({ arm, klCoef, kl: own, answers, match: { summary } }) => ({
      arm,
      klCoef: klCoef!,
      kl: own!,
      winRate: summary.winRate,
      interval: summary.interval,
      ...describeResponses(answers, items, steps),
    })),
    kls,
    winRates: arms.map((arm) => ({ arm, ...winRateOver(curves.get(arm)!, kls, key) })),
    differences: differencesOver(curves, kls, key),
    differencesAt: [kls.low, (kls.low + kls.high) / 2, kls.high].map((kl) => ({
      kl,
      differences: differencesOver(curves, { low: kl, high: kl }, key),
    })),
  }
}

function differencesOver(
  curves: ReadonlyMap<string, FrontierPoint[]>,
  kls: KlRange,
  key: RandomKey,
): Frontier['differences'] {
  const arms = [...curves]
  return arms.flatMap(([opponent, theirs], i) =>
    arms
      .slice(i + 1)
      .map(([arm, points]) => ({ arm, opponent, ...differenceOver(points, theirs, kls, key) })),
  )
}

function pointOf({ kl, match }: JudgedVariant): FrontierPoint {
  return { kl: kl!, preferences: match.preferences }
}

/** The arm's variant whose KL is nearest; its first if no KL is given. */
function nearest(judged: readonly JudgedVariant[], arm: ExperimentArm, kl: number | null): JudgedVariant {
  const own = judged.filter((variant) => variant.arm === arm)
  const distance = (variant: JudgedVariant) => Math.abs((variant.kl ?? 0) - (kl ?? 0))
  return kl === null ? own[0]! : own.reduce((best, v) => (distance(v) < distance(best) ? v : best))
}

async function headToHeads(
  selected: readonly JudgedVariant[],
  { tournament }: Experiment,
): Promise<ResultRecord['headToHead']> {
  const results: ResultRecord['headToHead'] = []
  for (const [i, opponent] of selected.entries()) {
    for (const arm of selected.slice(i + 1)) {
      const { summary } = await tournament.compare(sideOf(arm), sideOf(opponent))
      results.push({ arm: arm.arm, opponent: opponent.arm, ...summary })
    }
  }
  return results
}

function sideOf(variant: JudgedVariant): Contestant {
  return { name: nameOf(variant), answers: variant.answers }
}
