/**
 * The experiment: arms trained on equal data, seeds and budget, judged on the same held-out prompts with the same
 * random numbers, and compared at an equal distance from the reference. Whatever the arms show is what comes out.
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
import { heatMaps } from './heat-maps.ts'
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
import { meanOf, rewardModelResult } from './reward-quality.ts'
import { curvesOf, cutOffWarnings, describe, notesOf, samplesOf, winRateOverSteps } from './shown.ts'
import type { ExperimentSteps, Response } from './steps.ts'
import { type Answers, type Contestant, type JudgedVariant, Tournament } from './tournament.ts'

/** The part of the result that the experiment itself knows. */
export type ExperimentResult = Omit<
  ResultRecord,
  'project' | 'createdAt' | 'caveat' | 'runtime' | 'versions' | 'seeds' | 'data' | 'judge' | 'settings'
>

export async function runExperiment(plan: ExperimentPlan, steps: ExperimentSteps): Promise<ExperimentResult> {
  const items = steps.heldoutItems().slice(0, plan.prompts)
  const clock = new StageClock()
  const tournament = new Tournament(items, steps)
  const answer = (models: ReadonlyMap<number, string | null>) =>
    clock.time('respond', () => answersOf(models, items, plan, steps))

  // 1. A reward model for each kind of reward and seed.
  const rewards: TrainedReward[] = []
  for (const arm of plan.arms) {
    for (const seed of plan.seeds) {
      const reward = await clock.time('reward models', () => trainReward(arm, seed, plan, steps))
      if (reward) rewards.push(reward)
    }
  }

  // 2. A policy for each arm, strength of the KL penalty and seed, which 3. answers the prompts and 4. is judged.
  const reference = await answer(new Map(plan.seeds.map((seed) => [seed, null])))
  const referenceSide = { name: 'the reference', answers: reference }
  const judged: JudgedVariant[] = []
  for (const variant of variantsOf(plan)) {
    const policies: TrainedPolicy[] = []
    for (const seed of plan.seeds) {
      policies.push(
        await clock.time(`train ${variant.arm}`, () => trainPolicy(variant, seed, rewards, plan, steps)),
      )
    }
    const answers = await answer(new Map(policies.map(({ seed, model }) => [seed, model])))
    const match = await clock.time('judge', () =>
      tournament.compare({ name: nameOf(variant), answers }, referenceSide),
    )
    judged.push({ ...variant, policies, answers, kl: meanOf(policies.map(finalKl)), match })
  }

  // 5. Arms are compared over the KLs that all of them came to; those nearest to the middle are shown.
  const frontier = frontierOf(plan, judged, items, steps)
  const middle = frontier && (frontier.kls.low + frontier.kls.high) / 2
  const shown = plan.arms.map((arm) => nearest(judged, arm, middle))
  const headToHead = await clock.time('judge', () => headToHeads(shown, tournament))
  const first = plan.seeds[0]!
  const yardstick = { items, answers: reference.get(first)! }
  const rewardModels = []
  for (const arm of plan.arms) {
    rewardModels.push(
      ...(await clock.time('reward quality', () => rewardModelResult(arm, rewards, yardstick, steps))),
    )
  }

  const plain = describe(reference, items, steps)
  return {
    stages: clock.stages(),
    rewardModels,
    reference: { name: 'reference', description: 'the policy that every arm starts from', ...plain },
    arms: shown.map(({ arm, answers, match: { summary }, kl, klCoef }) => {
      const own = describe(answers, items, steps)
      const warnings = [...summary.warnings, ...cutOffWarnings(own, plain, plan.ppo.maxNewTokens)]
      return {
        ...{ name: arm, description: armPlans[arm].description },
        ...{ ...summary, warnings, ...own, kl, klCoef },
      }
    }),
    headToHead,
    frontier,
    curves: shown.flatMap(curvesOf),
    winRateOverSteps: shown.map(winRateOverSteps),
    samples: samplesOf(items, first, reference, shown),
    tokenRewards: await heatMaps(
      rewards.filter(({ seed, config }) => seed === first && schemes[config.scheme].rewardsTokens),
      steps,
    ),
    notes: notesOf(plan),
  }
}

function nameOf({ arm, klCoef }: Variant): string {
  return klCoef === null ? arm : `${arm} (klCoef ${klCoef})`
}

/** @param models by seed; null is the reference */
async function answersOf(
  models: ReadonlyMap<number, string | null>,
  items: readonly Item[],
  { ppo: { temperature, maxNewTokens } }: ExperimentPlan,
  steps: ExperimentSteps,
): Promise<Answers> {
  const answers = new Map<number, Response[]>()
  for (const [seed, model] of models) {
    answers.set(seed, await steps.respond(model, items, { temperature, maxNewTokens, seed }))
  }
  return answers
}

/** @returns null where there is nothing to compare along: a single strength, or KLs that were not measured */
function frontierOf(
  { klCoefs, seeds }: ExperimentPlan,
  judged: readonly JudgedVariant[],
  items: readonly Item[],
  steps: ExperimentSteps,
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
      ...describe(answers, items, steps),
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

/** The arm's variant that came nearest to the KL; its first where there is none to come near. */
function nearest(judged: readonly JudgedVariant[], arm: ExperimentArm, kl: number | null): JudgedVariant {
  const own = judged.filter((variant) => variant.arm === arm)
  const distance = (variant: JudgedVariant) => Math.abs((variant.kl ?? 0) - (kl ?? 0))
  return kl === null ? own[0]! : own.reduce((best, v) => (distance(v) < distance(best) ? v : best))
}

async function headToHeads(
  shown: readonly JudgedVariant[],
  tournament: Tournament,
): Promise<ResultRecord['headToHead']> {
  const results: ResultRecord['headToHead'] = []
  for (const [i, opponent] of shown.entries()) {
    for (const arm of shown.slice(i + 1)) {
      const { summary } = await tournament.compare(sideOf(arm), sideOf(opponent))
      results.push({ arm: arm.arm, opponent: opponent.arm, ...summary })
    }
  }
  return results
}

function sideOf(variant: JudgedVariant): Contestant {
  return { name: nameOf(variant), answers: variant.answers }
}

/** Seconds of each stage, added up over arms and seeds. */
class StageClock {
  readonly #seconds = new Map<string, number>()

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await work()
    this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + (performance.now() - start) / 1000)
    return result
  }

  stages(): ResultRecord['stages'] {
    return [...this.#seconds].map(([name, seconds]) => ({ name, seconds }))
  }
}
