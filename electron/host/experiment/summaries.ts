/** What the record shows of policies besides their win rates: response statistics, curves, samples and notes. */
import type { Item, Judgement } from '../../contract/records.ts'
import type { Responses, ResultRecord } from '../../contract/report.ts'
import type { ExperimentPlan, TrainedPolicy } from './policies.ts'
import { meanOf } from './reward-quality.ts'
import type { ExperimentSteps } from './steps.ts'
import { type Answers, type JudgedVariant, pairId } from './tournament.ts'

/** Mean length, share that ended with EOS, and mean number of flaws of each kind. */
export type ResponseStatistics = Pick<Responses, 'length' | 'ended' | 'flaws'>

export function describeResponses(
  answers: Answers,
  items: readonly Item[],
  { flawsOf }: ExperimentSteps,
): ResponseStatistics {
  const all = [...answers.values()].flatMap((own) =>
    own.map((response, i) => ({ response, item: items[i]! })),
  )
  const flaws: Record<string, number> = {}
  for (const { response, item } of all) {
    for (const { kind } of flawsOf?.(item, response) ?? []) flaws[kind] = (flaws[kind] ?? 0) + 1 / all.length
  }
  return {
    length: meanOf(all.map(({ response }) => response.ids.length)),
    ended: meanOf(all.map(({ response }) => Number(response.ended))),
    flaws,
  }
}

/** A share of EOS endings this many points below the reference's gives a warning. */
const maxEndingsDrop = 20

/** A policy that learned not to stop has often found a weakness of its judge. */
export function cutOffWarnings(
  { ended }: Pick<ResponseStatistics, 'ended'>,
  reference: Pick<ResponseStatistics, 'ended'>,
  maxNewTokens: number,
): string[] {
  if (ended == null || reference.ended == null) return []
  const [ends, referenceEnds] = [100 * ended, 100 * reference.ended].map(Math.round) as [number, number]
  if (referenceEnds - ends < maxEndingsDrop) return []
  return [
    `Only ${ends}% of its responses end with EOS, compared to ${referenceEnds}% of the reference's; the others are cut off at ${maxNewTokens} tokens. Read samples: the reward may encourage responses that do not stop, and the judge may not penalise them.`,
  ]
}

const curveMetrics = [
  'objective/scores',
  'objective/kl',
  'response/length',
  'objective/entropy',
  'loss/value',
  'val/explained_variance',
]

/** Training curves: the mean over the seeds that have the step. */
export function curvesOf({ arm, policies }: JudgedVariant): ResultRecord['curves'] {
  return curveMetrics.flatMap((metric) => {
    const points = overSeeds(policies, metric).map(({ step, mean }): [number, number] => [step, mean])
    return points.length > 0 ? [{ arm, metric, points }] : []
  })
}

export function winRateOverSteps({ arm, policies }: JudgedVariant): ResultRecord['winRateOverSteps'][number] {
  const byStep = (metric: string) =>
    new Map(overSeeds(policies, metric).map(({ step, mean }) => [step, mean]))
  const [kl, score] = [byStep('objective/kl'), byStep('objective/scores')]
  const points = overSeeds(policies, 'judge/win_rate').map(({ step, mean, low, high }) => ({
    step,
    winRate: mean,
    interval: policies.length > 1 ? { low, high } : null,
    kl: kl.get(step) ?? null,
    score: score.get(step) ?? null,
  }))
  return { arm, points }
}

function overSeeds(policies: readonly TrainedPolicy[], metric: string) {
  const all = policies.flatMap(({ metrics }) => metrics.get(metric) ?? [])
  return [...Map.groupBy(all, ([step]) => step)]
    .sort(([a], [b]) => a - b)
    .map(([step, points]) => {
      const values = points.map(([, value]) => value)
      return { step, mean: meanOf(values)!, low: Math.min(...values), high: Math.max(...values) }
    })
}

const sampleCount = 6

export function samplesOf(
  items: readonly Item[],
  seed: number,
  reference: Answers,
  variants: readonly JudgedVariant[],
): ResultRecord['samples'] {
  return items.slice(0, sampleCount).map((item, i) => ({
    prompt: item.prompt.map((message) => message.content).join('\n\n'),
    reference: reference.get(seed)![i]!.text,
    outputs: variants.map(({ arm, answers, match }) => ({
      arm,
      text: answers.get(seed)![i]!.text,
      preference: preferenceOn(match.judgements, pairId(item, seed)),
    })),
  }))
}

function preferenceOn(judgements: readonly Judgement[], pair: string): number | null {
  return meanOf(judgements.filter((j) => j.pairId === pair).map((j) => j.preference))
}

export function notesOf({ arms, seeds, ppo, klCoefs, tries }: ExperimentPlan): string[] {
  const notes = [
    `Responses were sampled at temperature ${ppo.temperature} with the same random numbers for every arm.`,
  ]
  if (arms.includes('sequence-original') && arms.length > 1)
    notes.unshift(
      'Pairwise accuracy is measured on the kind of pairs that a reward model was trained on: original pairs for sequence-original, edited pairs for the others. These accuracies are not comparable.',
    )
  if (klCoefs.length > 1)
    notes.push(
      `Every PPO arm was run with klCoef ${klCoefs.join(', ')}; tables and head-to-head comparisons show each arm's run whose KL is nearest to the middle of the range that all arms cover.`,
    )
  if (tries > 1)
    notes.push(
      `Every arm was tried with ${tries} settings on seed ${seeds[0]}; the judge chose among them on held-out prompts that are not part of these figures.`,
    )
  if (seeds.length === 1)
    notes.push(
      'One seed: the intervals cover the choice of prompts only, not the variation between training runs.',
    )
  return notes
}
