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
import { type ArmPlan, armPlan, contrastsOf, headToHeadsOf, pairKindsOf } from './arms.ts'
import { nameOf } from './policies.ts'
import { describeResponses } from './summaries.ts'
import type { Contestant, JudgedVariant, Match } from './tournament.ts'
import type { Experiment } from './under-way.ts'

/**
 * Arms that start from one policy, compared at equal KLs from it.
 * @returns null if there is nothing to compare along: a single strength, no PPO arm with this start, or a start that
 * was not judged
 */
export function frontierOf(
  start: ArmPlan['start'],
  judged: readonly JudgedVariant[],
  { plan: { klCoefs, seeds }, items, steps }: Experiment,
): Frontier | null {
  const swept = judged.flatMap((variant): SweptVariant[] => {
    const { klCoef, kl, startKl } = variant
    const moved = start === null ? kl : (startKl ?? 0)
    return klCoef !== null && moved > 0 && armPlan(variant.arm).start === start
      ? [{ ...variant, klCoef, moved }]
      : []
  })
  const origin = judged.filter(({ arm }) => arm === start).map(({ match }) => pointOf(0, match))
  if (klCoefs.length < 2 || swept.length === 0 || (start !== null && origin.length === 0)) return null
  const curves = new Map(
    [...Map.groupBy(swept, ({ arm }) => arm)].map(([arm, variants]) => [
      arm,
      [...origin, ...variants.map(({ moved, match }) => pointOf(moved, match))],
    ]),
  )
  const kls = sharedKls([...curves.values()])
  const key = { seed: seeds[0]!, stream: 'experiment/frontier' }
  return {
    points: swept.map(({ arm, klCoef, moved, answers, match: { summary } }) => ({
      ...{ arm, klCoef, kl: moved, winRate: summary.winRate, interval: summary.interval },
      ...describeResponses(answers, items, steps),
    })),
    kls,
    winRates: [...curves].map(([arm, points]) => ({ arm, ...winRateOver(points, kls, key) })),
    differences: differencesOver(curves, kls, key),
    differencesAt: [kls.low, (kls.low + kls.high) / 2, kls.high].map((kl) => ({
      kl,
      differences: differencesOver(curves, { low: kl, high: kl }, key),
    })),
  }
}

/** A variant at one strength of the penalty, with its KL from where it started. */
type SweptVariant = JudgedVariant & { klCoef: number; moved: number }

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

function pointOf(kl: number, { preferences }: Match): FrontierPoint {
  return { kl, preferences }
}

/** The middle of the KLs that arms of a start share; null if there are none. */
const middleOf = (frontier: Frontier | null) => frontier && (frontier.kls.low + frontier.kls.high) / 2

/**
 * Of each arm the variant nearest to the middle of the KLs that the arms of its start share; the first of an arm without
 * KLs. An arm that was not trained is left out.
 */
export function selectedOf(
  judged: readonly JudgedVariant[],
  arms: readonly ExperimentArm[],
  frontiers: { frontier: Frontier | null; sftFrontier: Frontier | null },
): JudgedVariant[] {
  return arms.flatMap((arm) => {
    const own = judged.filter((variant) => variant.arm === arm)
    const fromReference = armPlan(arm).start === null
    const middle = middleOf(fromReference ? frontiers.frontier : frontiers.sftFrontier)
    const [first] = own
    if (first === undefined) return []
    if (middle === null) return [first]
    const distance = ({ kl, startKl }: JudgedVariant) =>
      Math.abs((fromReference ? kl : (startKl ?? 0)) - middle)
    return [own.reduce((best, variant) => (distance(variant) < distance(best) ? variant : best))]
  })
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

/** Win rates by the number of edits, and the contrasts at each; both empty unless arms learned from several numbers. */
export function editCurveOf(
  judged: readonly JudgedVariant[],
  experiment: Experiment,
): Required<Pick<ResultRecord, 'editCurve' | 'editContrasts'>> {
  const { plan, items, steps } = experiment
  if (plan.edits.length === 0) return { editCurve: [], editContrasts: [] }
  const isSwept = plan.klCoefs.length > 1
  const onCurve = judged.filter(({ klCoef }) => !isSwept || klCoef === null || klCoef === plan.klCoefs[0])
  const countOf = ({ arm, edits }: JudgedVariant) => ({
    edits: edits ?? steps.trainingRows(pairKindsOf(arm)[0]!),
    isAll: edits === null,
  })
  const editCurve = onCurve.map((variant) => {
    const { arm, kl, answers, match } = variant
    const { winRate, interval } = match.summary
    return { arm, kl, winRate, interval, ...countOf(variant), ...describeResponses(answers, items, steps) }
  })
  const editContrasts = [...Map.groupBy(onCurve, ({ edits }) => edits).values()].flatMap((alike) =>
    contrastsBetween(alike, experiment).map((contrast) => ({ ...contrast, ...countOf(alike[0]!) })),
  )
  return { editCurve, editContrasts }
}

/** Of one variant per arm. */
export function contrastsBetween(
  selected: readonly JudgedVariant[],
  { plan }: Experiment,
): NonNullable<ResultRecord['contrasts']> {
  const key = { seed: plan.seeds[0]!, stream: 'experiment/contrasts' }
  const preferencesOf = (name: ExperimentArm) => selected.find(({ arm }) => arm === name)!.match.preferences
  return contrastsOf(selected.map(({ arm }) => arm)).map(([arm, opponent]) => ({
    ...{ arm, opponent },
    ...differenceOf(preferencesOf(arm), preferencesOf(opponent), key),
  }))
}
