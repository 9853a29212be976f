/** How the judged arms compare: along the KL, head to head, by points of win rate, and by the number of edits. */
import type { ExperimentArm } from '../../contract/experiment.ts'
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
import { armPlan, contrastsOf, headToHeadsOf, pairKindsOf } from './arms.ts'
import { nameOf } from './policies.ts'
import { describeResponses } from './summaries.ts'
import type { Contestant, JudgedVariant } from './tournament.ts'
import type { Experiment } from './under-way.ts'

/** @returns null if there is nothing to compare along: a single strength, or no PPO arm from the reference */
export function frontierOf(
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

/**
 * The arm's variant whose KL is nearest; its first if no KL is given or the arm starts elsewhere, where KLs from the
 * reference do not measure it. Null if none was trained.
 */
export function nearest(
  judged: readonly JudgedVariant[],
  arm: ExperimentArm,
  kl: number | null,
): JudgedVariant | null {
  const own = judged.filter((variant) => variant.arm === arm)
  if (own.length === 0) return null
  const distance = (variant: JudgedVariant) => Math.abs(variant.kl - (kl ?? 0))
  const isMeasured = kl !== null && armPlan(arm).start === null
  return !isMeasured ? own[0]! : own.reduce((best, v) => (distance(v) < distance(best) ? v : best))
}

export async function headToHeads(
  selected: readonly JudgedVariant[],
  { tournament }: Experiment,
): Promise<ResultRecord['headToHead']> {
  const results: ResultRecord['headToHead'] = []
  for (const [arm, opponent] of headToHeadsOf(selected.map((variant) => variant.arm))) {
    const sideNamed = (name: ExperimentArm) => sideOf(selected.find((variant) => variant.arm === name)!)
    const { summary } = await tournament.compare(sideNamed(arm), sideNamed(opponent))
    results.push({ arm, opponent, ...summary })
  }
  return results
}

function sideOf(variant: JudgedVariant): Contestant {
  return { name: nameOf(variant), answers: variant.answers }
}

/** Empty unless arms learned from several numbers of edits. */
export function editCurveOf(
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

export function contrastsBetween(
  selected: readonly JudgedVariant[],
  { plan }: Experiment,
): ResultRecord['contrasts'] {
  const key = { seed: plan.seeds[0]!, stream: 'experiment/contrasts' }
  const preferencesOf = (name: ExperimentArm) => selected.find(({ arm }) => arm === name)!.match.preferences
  return contrastsOf(selected.map(({ arm }) => arm)).map(([arm, opponent]) => ({
    ...{ arm, opponent },
    ...differenceOf(preferencesOf(arm), preferencesOf(opponent), key),
  }))
}
