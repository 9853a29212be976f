/**
 * The experiment: arms trained on equal data, seeds and budget, judged on the same held-out prompts with the same
 * random numbers, and compared at an equal distance from the reference.
 */
import { UserError } from '../../contract/errors.ts'
import type { Item } from '../../contract/records.ts'
import type { ResultRecord } from '../../contract/report.ts'
import { bestOfKl } from '../../pipeline/reward/best-of.ts'
import { schemes } from '../../pipeline/reward/schemes.ts'
import { armPlan, rewardsOf } from './arms.ts'
import { contrastsBetween, editCurveOf, frontierOf, headToHeads, selectedOf } from './comparisons.ts'
import {
  type ExperimentPlan,
  nameOf,
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
import { type Answers, type JudgedVariant, Tournament } from './tournament.ts'
import { requireValidation, type Tuned, tuneVariants } from './tuning.ts'
import type { Experiment } from './under-way.ts'

/** The part of the result that the experiment itself knows. */
export type ExperimentResult = Omit<
  ResultRecord,
  'project' | 'createdAt' | 'caveat' | 'runtime' | 'versions' | 'seeds' | 'data' | 'judge' | 'settings'
>

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
  const reference = await answersOf(new Map(plan.seeds.map((seed) => [seed, theReference])), experiment)
  const { judged, skipped } = await judgedVariants(variants, reference, experiment)
  const onAllEdits = judged.filter(({ edits }) => edits === null)

  // 4. Compare the arms of each start over the KLs that all of them reached, and select each arm's variant nearest to
  //    the middle.
  const frontiers = {
    frontier: frontierOf(null, onAllEdits, experiment),
    sftFrontier: frontierOf('sft-edited', onAllEdits, experiment),
  }
  const selected = selectedOf(onAllEdits, plan.arms, frontiers)
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
    skipped,
    tuning,
    contrasts: contrastsBetween(selected, experiment),
    ...editCurveOf(judged, experiment),
    ...frontiers,
    curves: selected.flatMap(curvesOf),
    winRateOverSteps: selected.map(winRateOverSteps),
    samples: samplesOf(items, firstSeed, reference, selected),
    tokenRewards,
    notes: [...notesOf(plan), ...skipped.map(skippedNote)],
  }
}

/** @returns what the work gives, or why its training went wrong */
async function unlessDiverged<T>(work: () => Promise<T>): Promise<T | { reason: string }> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UserError && error.code === 'diverged') return { reason: error.message }
    throw error
  }
}

async function trainRewards({ plan, trainings, clock }: Experiment): Promise<TrainedReward[]> {
  const rewards: TrainedReward[] = []
  for (const reward of new Set(plan.arms.flatMap(rewardsOf))) {
    for (const seed of plan.seeds) {
      const training = () =>
        clock.time('reward models', () => trainings.reward(reward, { seed, edits: null }))
      // The arms that need one that diverged are left out later.
      const trained = await unlessDiverged(training)
      if ('model' in trained) rewards.push(trained)
    }
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
  const reference = await answersOf(new Map([[plan.seeds[0]!, theReference]]), onValidation)
  return tuneVariants(plan, {
    async winRateOf(variant) {
      const result = await unlessDiverged(() => judgedVariant(variant, reference, onValidation))
      return 'reason' in result ? null : result.match.summary.winRate
    },
    choose: (variant) => trainings.choose(variant),
  })
}

/** An arm whose training diverges is left out, and the record says why. */
async function judgedVariants(
  variants: readonly Variant[],
  reference: Answers,
  experiment: Experiment,
): Promise<{ judged: JudgedVariant[]; skipped: NonNullable<ResultRecord['skipped']> }> {
  const judged: JudgedVariant[] = []
  const skipped: NonNullable<ResultRecord['skipped']> = []
  for (const variant of variants) {
    const result = await unlessDiverged(() => judgedVariant(variant, reference, experiment))
    if ('reason' in result) skipped.push({ arm: variant.arm, edits: variant.edits, reason: result.reason })
    else judged.push(result)
  }
  return { judged, skipped }
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
  const answers = await answersOf(new Map(policies.map((policy) => [policy.seed, policy])), experiment)
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
  for (const { model, start, seed, bestOf } of policies) {
    if (model === null) {
      kls.push(bestOf === null ? 0 : bestOfKl(bestOf.samples))
      continue
    }
    const sampled = { items, responses: answers.get(seed)!, temperature }
    const references = start === null ? [null] : [null, start]
    const [kl, ...others] = await steps.divergence(model, references, sampled)
    kls.push(kl!)
    startKls.push(...others)
  }
  return { kl: meanOf(kls)!, startKl: meanOf(startKls) }
}

function skippedNote({ arm, edits, reason }: NonNullable<ResultRecord['skipped']>[number]): string {
  return `${arm}${edits === null ? '' : ` with ${edits} edits`} was left out. ${reason}`
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

type Answering = Pick<TrainedPolicy, 'model' | 'bestOf'>

const theReference: Answering = { model: null, bestOf: null }

/** @param policies by seed */
function answersOf(
  policies: ReadonlyMap<number, Answering>,
  { plan: { ppo }, items, steps, clock }: Experiment,
): Promise<Answers> {
  const { temperature, maxNewTokens } = ppo
  return clock.time('respond', async () => {
    const answers = new Map<number, Response[]>()
    for (const [seed, { model, bestOf }] of policies)
      answers.set(seed, await steps.respond(model, items, { temperature, maxNewTokens, seed, bestOf }))
    return answers
  })
}
