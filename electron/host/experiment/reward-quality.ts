/** Quality of the reward models: on held-out pairs, as measured in training, and against the truth if it is known. */
import type { Item } from '../../contract/records.ts'
import type { ResultRecord } from '../../contract/report.ts'
import { spearman } from '../../engine/statistics/ranking.ts'
import { aurocByKind } from '../../pipeline/reward/auroc-by-kind.ts'
import { schemes } from '../../pipeline/reward/schemes.ts'
import type { Flaw } from '../../world/flaws.ts'
import type { TrainedReward } from './policies.ts'
import type { ExperimentSteps, Response } from './steps.ts'

type RewardModelResult = ResultRecord['rewardModels'][number]

/** The reference's answers to the items, on which reward models are compared with the truth. */
export interface Baseline {
  items: readonly Item[]
  answers: readonly Response[]
}

/** One row per kind of reward model, in order: means over its seeds. Those without held-out pairs are left out. */
export async function rewardModelResults(
  rewards: readonly TrainedReward[],
  baseline: Baseline,
  steps: ExperimentSteps,
): Promise<RewardModelResult[]> {
  const measured = rewards.filter((reward) => reward.heldout !== null)
  const results: RewardModelResult[] = []
  for (const [name, own] of Map.groupBy(measured, (trained) => trained.reward))
    results.push(await rewardModelResult(name, own, baseline, steps))
  return results
}

async function rewardModelResult(
  name: string,
  rewards: readonly TrainedReward[],
  baseline: Baseline,
  steps: ExperimentSteps,
): Promise<RewardModelResult> {
  const first = rewards[0]!
  const comparisons = []
  for (const reward of rewards) comparisons.push(await compareWithTruth(reward, baseline, steps))
  return {
    name,
    scheme: first.config.scheme,
    n: first.heldout!.pairs,
    pairwiseAccuracy: meanOf(rewards.map((r) => r.heldout!.accuracy))!,
    tokenAuroc: meanOf(rewards.map((r) => r.heldout!.tokens?.auroc)),
    tokenF1: meanOf(rewards.map((r) => r.heldoutF1)),
    rankCorrelation: meanOf(comparisons.map((c) => c.rankCorrelation)),
    flawAuroc: meansByKey(comparisons.map((c) => c.flawAuroc)),
  }
}

interface TruthComparison {
  /** Spearman's correlation of the scores of the reference's answers with the negated cost of their flaws. */
  rankCorrelation: number | null
  /** For each kind of flaw, how often one of its tokens has a lower reward than a token without flaws. */
  flawAuroc: Record<string, number>
}

async function compareWithTruth(
  { model, config }: TrainedReward,
  { items, answers }: Baseline,
  steps: ExperimentSteps,
): Promise<TruthComparison> {
  const { flawsOf } = steps
  if (!flawsOf) return { rankCorrelation: null, flawAuroc: {} }
  const rows = items.map((item, i) => ({ item, response: answers[i]!.text }))
  const scored = await steps.score(model, rows)
  const costs = items.map((item, i) => flawsOf(item, answers[i]!).reduce((sum, { cost }) => sum - cost, 0))
  return {
    rankCorrelation: spearman(
      scored.map(({ score }) => score),
      costs,
    ),
    flawAuroc: schemes[config.scheme].rewardsTokens ? await flawAurocs(model, steps, flawsOf) : {},
  }
}

async function flawAurocs(
  model: string,
  steps: ExperimentSteps,
  flawsOf: NonNullable<ExperimentSteps['flawsOf']>,
): Promise<Record<string, number>> {
  const edits = steps.heldoutEdits()
  const scored = await steps.score(
    model,
    edits.map(({ item, rejected }) => ({ item, response: rejected })),
  )
  const labels = await steps.labelsOf(edits)
  const tokens = edits.flatMap((pair, i) => {
    const flaws = flawsOf(pair.item, { text: pair.rejected, ended: true })
    const { offsets } = labels[i]!.rejected
    return offsets.flatMap(([start, end], t) => {
      const reward = scored[i]!.tokens[t]?.reward
      return reward === undefined ? [] : [{ reward, kinds: kindsAt(flaws, start, end) }]
    })
  })
  return aurocByKind(tokens)
}

function kindsAt(flaws: readonly Flaw[], start: number, end: number): string[] {
  return flaws.flatMap(({ kind, span }) => (span && span.start < end && start < span.end ? [kind] : []))
}

function meansByKey(records: readonly Record<string, number>[]): Record<string, number> {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))]
  return Object.fromEntries(keys.map((key) => [key, meanOf(records.map((record) => record[key]))!]))
}

/** Mean of the values that are not null; null if there are none. */
export function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const present = values.filter((x) => x !== null && x !== undefined)
  return present.length > 0 ? present.reduce((a, b) => a + b, 0) / present.length : null
}
