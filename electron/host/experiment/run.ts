/**
 * The experiment: arms trained on equal data, seeds and budget, judged on the same held-out prompts with the same
 * random numbers, and compared at an equal distance from the reference.
 */
import type { ExperimentArm } from '../../contract/experiment.ts'
import type { Item } from '../../contract/records.ts'
import type { Frontier, ResultRecord } from '../../contract/report.ts'
import type { RandomKey } from '../../engine/random.ts'
import {
  differenceOf,
  differenceOver,
  type FrontierPoint,
  type KlRange,
  sharedKls,
  winRateOver,
} from '../../pipeline/judge/frontier.ts'
import { schemes } from '../../pipeline/reward/schemes.ts'
import { armPlan, contrastsOf, pairKindsOf, rewardsOf } from './arms.ts'
import {
  type ExperimentPlan,
  type TrainedPolicy,
  type TrainedReward,
  Trainings,
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
import { requireValidation, type Tuned, tuneVariants } from './tuning.ts'

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
  trainings: Trainings
  tournament: Tournament
  clock: StageClock
}

export async function runExperiment(plan: ExperimentPlan, steps: ExperimentSteps): Promise<ExperimentResult> {
  const heldout = steps.heldoutItems()
  const items = heldout.slice(0, plan.prompts)
  const clock = new StageClock()
  const trainings = new Trainings(plan, steps)
  const experiment = { plan, steps, items, trainings, tournament: new Tournament(items, steps), clock }

  // 1. Train a reward model for each kind of reward and seed.
  const rewards = await trainRewards(experiment)

  // 2. Choose each arm's settings on other held-out prompts, if several are tried.
  const validation = heldout.slice(plan.prompts, 2 * plan.prompts)
  const { variants, tuning } = await tunedVariants(validation, experiment)

  // 3. Train a policy for each arm, KL strength, number of edits and seed; have it answer the prompts, and judge the
  //    answers.
  const reference = await answersOf(new Map(plan.seeds.map((seed) => [seed, null])), experiment)
  const judged = await judgedVariants(variants, reference, experiment)
  const onAllEdits = judged.filter(({ edits }) => edits === null)

  // 4. Compare the arms over the KLs that all of them reached, and select each arm's variant nearest to the middle.
  const frontier = frontierOf(onAllEdits, experiment)
  const middle = frontier && (frontier.kls.low + frontier.kls.high) / 2
  const selected = plan.arms.map((arm) => nearest(onAllEdits, arm, middle))
  const headToHead = await clock.time('judge', () => headToHeads(selected, experiment))

  // 5. Measure the reward models.
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
    tuning,
    contrasts: contrastsBetween(selected, experiment),
    editCurve: editCurveOf(judged, experiment),
    frontier,
    curves: selected.flatMap(curvesOf),
    winRateOverSteps: selected.map(winRateOverSteps),
    samples: samplesOf(items, firstSeed, reference, selected),
    tokenRewards,
    notes: notesOf(plan),
  }
}

async function trainRewards({ plan, trainings, clock }: Experiment): Promise<TrainedReward[]> {
  const rewards: TrainedReward[] = []
  for (const reward of new Set(plan.arms.flatMap(rewardsOf))) {
    for (const seed of plan.seeds)
      rewards.push(await clock.time('reward models', () => trainings.reward(reward, { seed, edits: null })))
  }
  return rewards
}

/** The variants with the settings that won on the validation prompts; as they are if nothing else is tried. */
async function tunedVariants(validation: readonly Item[], experiment: Experiment): Promise<Tuned> {
  const { plan, steps, trainings } = experiment
  if (plan.tries === 1) return { variants: variantsOf(plan), tuning: [] }
  requireValidation(validation)
  const onValidation: Experiment = {
    ...experiment,
    plan: { ...plan, seeds: plan.seeds.slice(0, 1) },
    items: validation,
    tournament: new Tournament(validation, steps),
  }
  const reference = await answersOf(new Map([[plan.seeds[0]!, null]]), onValidation)
  return tuneVariants(plan, {
    winRateOf: async (variant) =>
      (await judgedVariant(variant, reference, onValidation)).match.summary.winRate,
    choose: (variant) => trainings.choose(variant),
  })
}

async function judgedVariants(
  variants: readonly Variant[],
  reference: Answers,
  experiment: Experiment,
): Promise<JudgedVariant[]> {
  const judged: JudgedVariant[] = []
  for (const variant of variants) judged.push(await judgedVariant(variant, reference, experiment))
  return judged
}

async function judgedVariant(
  variant: Variant,
  reference: Answers,
  experiment: Experiment,
): Promise<JudgedVariant> {
  const { plan, trainings, clock, tournament } = experiment
  const policies: TrainedPolicy[] = []
  for (const seed of plan.seeds)
    policies.push(await clock.time(`train ${variant.arm}`, () => trainings.policy(variant, seed)))
  const answers = await answersOf(new Map(policies.map(({ seed, model }) => [seed, model])), experiment)
  const divergences = await clock.time('measure KL', () => divergencesOf(policies, answers, experiment))
  const match = await clock.time('judge', () =>
    tournament.compare({ name: nameOf(variant), answers }, { name: 'the reference', answers: reference }),
  )
  return { ...variant, policies, answers, ...divergences, match }
}

/** Means over the seeds. */
async function divergencesOf(
  policies: readonly TrainedPolicy[],
  answers: Answers,
  { items, steps, plan }: Experiment,
): Promise<Pick<JudgedVariant, 'kl' | 'startKl'>> {
  const { temperature } = plan.ppo
  const kls: number[] = []
  const startKls: number[] = []
  for (const { model, start, seed } of policies) {
    const sampled = { items, responses: answers.get(seed)!, temperature }
    const references = start === null ? [null] : [null, start]
    const [kl, ...others] = await steps.divergence(model, references, sampled)
    kls.push(kl!)
    startKls.push(...others)
  }
  return { kl: meanOf(kls)!, startKl: meanOf(startKls) }
}

function armResult(
  { arm, answers, match: { summary }, kl, startKl, klCoef }: JudgedVariant,
  reference: ResponseStatistics,
  { items, steps, plan }: Experiment,
): ResultRecord['arms'][number] {
  const responses = describeResponses(answers, items, steps)
  const warnings = [...summary.warnings, ...cutOffWarnings(responses, reference, plan.ppo.maxNewTokens)]
  const { description, start } = armPlan(arm)
  return {
    name: arm,
    description,
    ...summary,
    warnings,
    ...responses,
    kl,
    start: start !== null && startKl !== null ? { arm: start, kl: startKl } : null,
    klCoef,
  }
}

function nameOf({ arm, klCoef, edits, rate, passes }: Variant): string {
  const settings = [
    ...(klCoef === null ? [] : [`klCoef ${klCoef}`]),
    ...(rate === 1 ? [] : [`learning rate × ${rate.toPrecision(3)}`]),
    ...(passes === 1 ? [] : [`passes × ${passes}`]),
    ...(edits === null ? [] : [`${edits} edits`]),
  ]
  return settings.length === 0 ? arm : `${arm} (${settings.join(', ')})`
}

/** Empty unless arms learned from several numbers of edits. */
function editCurveOf(
  judged: readonly JudgedVariant[],
  { plan, items, steps }: Experiment,
): ResultRecord['editCurve'] {
  if (plan.edits.length === 0) return []
  const isSwept = plan.klCoefs.length > 1
  const onCurve = judged.filter(({ klCoef }) => !isSwept || klCoef === null || klCoef === plan.klCoefs[0])
  return onCurve.map(({ arm, edits, kl, answers, match: { summary } }) => ({
    ...{ arm, kl, winRate: summary.winRate, interval: summary.interval },
    ...{ edits: edits ?? steps.trainingRows(pairKindsOf(arm)[0]!), isAll: edits === null },
    ...describeResponses(answers, items, steps),
  }))
}

function contrastsBetween(
  selected: readonly JudgedVariant[],
  { plan }: Experiment,
): ResultRecord['contrasts'] {
  const key = { seed: plan.seeds[0]!, stream: 'experiment/contrasts' }
  const preferencesOf = (name: ExperimentArm) => selected.find(({ arm }) => arm === name)!.match.preferences
  return contrastsOf(plan.arms).map(([arm, opponent]) => ({
    ...{ arm, opponent },
    ...differenceOf(preferencesOf(arm), preferencesOf(opponent), key),
  }))
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

/** @returns null if there is nothing to compare along: a single strength, or no PPO arm from the reference */
function frontierOf(
  judged: readonly JudgedVariant[],
  { plan: { klCoefs, seeds }, items, steps }: Experiment,
): Frontier | null {
  // Distances from the reference say little about policies that started elsewhere.
  const swept = judged.filter((v) => v.klCoef !== null && v.kl > 0 && armPlan(v.arm).start === null)
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
      kl: own,
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
  return { kl, preferences: match.preferences }
}

/** The arm's variant whose KL is nearest; its first if no KL is given. */
function nearest(judged: readonly JudgedVariant[], arm: ExperimentArm, kl: number | null): JudgedVariant {
  const own = judged.filter((variant) => variant.arm === arm)
  const distance = (variant: JudgedVariant) => Math.abs(variant.kl - (kl ?? 0))
  return kl === null ? own[0]! : own.reduce((best, v) => (distance(v) < distance(best) ? v : best))
}

async function headToHeads(
  selected: readonly JudgedVariant[],
  { tournament }: Experiment,
): Promise<ResultRecord['headToHead']> {
  const results: ResultRecord['headToHead'] = []
  for (const [arm, opponent] of contrastsOf(selected.map((variant) => variant.arm))) {
    const sideNamed = (name: ExperimentArm) => sideOf(selected.find((variant) => variant.arm === name)!)
    const { summary } = await tournament.compare(sideNamed(arm), sideNamed(opponent))
    results.push({ arm, opponent, ...summary })
  }
  return results
}

function sideOf(variant: JudgedVariant): Contestant {
  return { name: nameOf(variant), answers: variant.answers }
}
