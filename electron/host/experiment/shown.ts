/** What the record shows of policies besides their win rates: lengths, flaws, curves, samples, notes. */
import type { Item, Judgement } from '../../contract/records.ts'
import type { Responses, ResultRecord } from '../../contract/report.ts'
import type { ExperimentPlan, TrainedPolicy } from './policies.ts'
import { meanOf } from './reward-quality.ts'
import type { ExperimentSteps } from './steps.ts'
import { type Answers, type JudgedVariant, pairId } from './tournament.ts'

/** Mean length of the answers, share that ended by themselves, and mean count of each kind of flaw in one. */
export function describe(
  answers: Answers,
  items: readonly Item[],
  { flawsOf }: ExperimentSteps,
): Pick<Responses, 'length' | 'ended' | 'flaws'> {
  const all = [...answers.values()].flatMap((own) =>
    own.map((response, i) => ({ response, item: items[i]! })),
  )
  const flaws: Record<string, number> = {}
  for (const { response, item } of all) {
    for (const { kind } of flawsOf?.(item, response) ?? []) flaws[kind] = (flaws[kind] ?? 0) + 1 / all.length
  }
  return {
    length: meanOf(all.map(({ response }) => response.tokens)),
    ended: meanOf(all.map(({ response }) => Number(response.ended))),
    flaws,
  }
}

/** So many points fewer endings than the reference's are a warning. */
const fewerEndings = 20

/** A policy that learnt to run on has often found what its judge is blind to. */
export function cutOffWarnings(
  own: Pick<Responses, 'ended'>,
  reference: Pick<Responses, 'ended'>,
  maxNewTokens: number,
): string[] {
  if (own.ended == null || reference.ended == null) return []
  const [ends, referenceEnds] = [100 * own.ended, 100 * reference.ended].map(Math.round) as [number, number]
  if (referenceEnds - ends < fewerEndings) return []
  return [
    `${ends}% of its answers end by themselves, of the reference's ${referenceEnds}%: the others are cut off at ${maxNewTokens} tokens. Read samples: its reward may pay for running on, and the judge may not mind.`,
  ]
}

const shownCurves = [
  'objective/scores',
  'objective/kl',
  'response/length',
  'objective/entropy',
  'loss/value',
  'val/explained_variance',
]

/** Training curves: the mean over the seeds that have the step. */
export function curvesOf({ arm, policies }: JudgedVariant): ResultRecord['curves'] {
  return shownCurves.flatMap((metric) => {
    const points = overSeeds(policies, metric).map(({ step, mean }): [number, number] => [step, mean])
    return points.length > 0 ? [{ arm, metric, points }] : []
  })
}

export function winRateOverSteps({ arm, policies }: JudgedVariant): ResultRecord['winRateOverSteps'][number] {
  const kl = new Map(overSeeds(policies, 'objective/kl').map(({ step, mean }) => [step, mean]))
  const points = overSeeds(policies, 'judge/win_rate').map(({ step, mean, low, high }) => ({
    step,
    winRate: mean,
    interval: policies.length > 1 ? { low, high } : null,
    kl: kl.get(step) ?? null,
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

const shownSamples = 6

export function samplesOf(
  items: readonly Item[],
  seed: number,
  reference: Answers,
  shown: readonly JudgedVariant[],
): ResultRecord['samples'] {
  return items.slice(0, shownSamples).map((item, i) => ({
    prompt: item.prompt.map((message) => message.content).join('\n\n'),
    reference: reference.get(seed)![i]!.text,
    outputs: shown.map(({ arm, answers, match }) => ({
      arm,
      text: answers.get(seed)![i]!.text,
      preference: preferenceOn(match.judgements, pairId(item, seed)),
    })),
  }))
}

function preferenceOn(judgements: readonly Judgement[], pair: string): number | null {
  return meanOf(judgements.filter((j) => j.pairId === pair).map((j) => j.preference))
}

export function notesOf({ arms, seeds, ppo, klCoefs }: ExperimentPlan): string[] {
  const notes = [
    `Responses were sampled at temperature ${ppo.temperature} with the same random numbers for every arm.`,
  ]
  if (arms.includes('sequence-original') && arms.length > 1)
    notes.unshift(
      'Pairwise accuracy is on the pairs a reward model learnt from: that of sequence-original is on original pairs, the others on edited ones, so they do not compare.',
    )
  if (klCoefs.length > 1)
    notes.push(
      `Every PPO arm was run with klCoef ${klCoefs.join(', ')}; tables and head to head take the run of each arm that came nearest to the middle of the KLs that all share.`,
    )
  if (seeds.length === 1)
    notes.push(
      'One seed: the intervals are over prompts only and say nothing about another run of the same arm.',
    )
  return notes
}
