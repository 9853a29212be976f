/** How good the reward models are: on held-out pairs as training measured it, and against a truth where there is one. */
import type { ExperimentArm } from '../../contract/experiment.ts'
import type { Item } from '../../contract/records.ts'
import type { ResultRecord } from '../../contract/report.ts'
import { auroc, spearman } from '../../engine/statistics/ranking.ts'
import { schemes } from '../../pipeline/reward/schemes.ts'
import type { Flaw } from '../../world/flaws.ts'
import type { TrainedReward } from './policies.ts'
import type { ExperimentSteps, Response } from './steps.ts'

type RewardModelResult = ResultRecord['rewardModels'][number]

/** What a reward model is measured against. */
export interface Yardstick {
  items: readonly Item[]
  /** The reference's answers to the items. */
  answers: readonly Response[]
}

/** One row an arm: means over its seeds. */
export async function rewardModelResult(
  arm: ExperimentArm,
  rewards: readonly TrainedReward[],
  yardstick: Yardstick,
  steps: ExperimentSteps,
): Promise<RewardModelResult[]> {
  const own = rewards.filter((reward) => reward.arm === arm && reward.heldout)
  const [first] = own
  if (!first) return []
  const measured = []
  for (const reward of own) measured.push(await againstTruth(reward, yardstick, steps))
  return [
    {
      name: arm,
      scheme: first.config.scheme,
      n: first.heldout!.pairs,
      pairwiseAccuracy: meanOf(own.map((r) => r.heldout!.accuracy))!,
      tokenAuroc: meanOf(own.map((r) => r.heldout!.tokens?.auroc)),
      tokenF1: meanOf(own.map((r) => r.heldoutF1)),
      rankCorrelation: meanOf(measured.map((m) => m.rankCorrelation)),
      flawAuroc: meansByKey(measured.map((m) => m.flawAuroc)),
    },
  ]
}

interface AgainstTruth {
  /** Spearman, of the score of the reference's answers with what their flaws cost, sign turned. */
  rankCorrelation: number | null
  /** For each kind of flaw: how often one of its tokens has less reward than a token without any flaw. */
  flawAuroc: Record<string, number>
}

async function againstTruth(
  { model, config }: TrainedReward,
  { items, answers }: Yardstick,
  steps: ExperimentSteps,
): Promise<AgainstTruth> {
  const { flawsOf } = steps
  if (!flawsOf) return { rankCorrelation: null, flawAuroc: {} }
  const asked = items.map((item, i) => ({ item, response: answers[i]!.text }))
  const scored = await steps.score(model, asked)
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
  const tokens = edits.flatMap((pair, i) => {
    const flaws = flawsOf(pair.item, { text: pair.rejected, ended: true })
    const { offsets } = steps.labelsOf(pair).rejected
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

/** @param tokens with the kinds of flaw that they are part of; one of none is a fair token */
export function aurocByKind(tokens: readonly { reward: number; kinds: string[] }[]): Record<string, number> {
  const kinds = [...new Set(tokens.flatMap((token) => token.kinds))]
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const compared = tokens.filter((token) => token.kinds.length === 0 || token.kinds.includes(kind))
      const area = auroc(
        compared.map(({ reward }) => -reward),
        compared.map((token) => token.kinds.length > 0),
      )
      return area === null ? [] : [[kind, area]]
    }),
  )
}

function meansByKey(records: readonly Record<string, number>[]): Record<string, number> {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))]
  return Object.fromEntries(keys.map((key) => [key, meanOf(records.map((record) => record[key]))!]))
}

/** Mean of the values there are; null where there is none. */
export function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((x) => x !== null && x !== undefined)
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null
}
