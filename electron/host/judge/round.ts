/** An evaluation beside the others of the same reference, prompts and judge: their win rates, and paired differences. */
import type { Round, RoundRow } from '../../contract/judge.ts'
import { WinRateSummary } from '../../contract/report.ts'
import { intervalOf, resampledMeans } from '../../pipeline/judge/bootstrap.ts'
import { verdicts } from '../../pipeline/judge/verdicts.ts'
import { mean } from '../../pipeline/judge/win-rate.ts'
import { type Db, type Evaluation, listJudgements, listModels, readMetric } from '../../storage/index.ts'
import { configOf, type EvaluationConfig, judgeName } from './evaluation-config.ts'
import { comparisonsOf } from './evaluation-records.ts'

/** Differences are shown as a matrix, which more rows would not fit. */
const maxCompared = 8

interface Entry {
  row: RoundRow
  config: EvaluationConfig
}

export function roundOf(db: Db, evaluation: Evaluation): Round {
  const own = configOf(evaluation)
  if (own.candidate === null || own.reference === null) return { rows: [], differences: [] }
  const asked = keyOf(own)
  const entries = new Map<string, Entry>()
  const klOf = klByModel(db)
  for (const other of comparisonsOf(db)) {
    const summary = WinRateSummary.safeParse(other.result).data
    if (summary === undefined) continue
    const config = configOf(other)
    const { candidate } = config
    if (candidate === null || keyOf(config) !== asked) continue
    // The newest of each candidate, but the one that was asked for.
    if (candidate === own.candidate && other.id !== evaluation.id) continue
    const row = { evaluation: other.id, candidate, summary, kl: klOf(candidate) }
    entries.set(candidate, { row, config })
  }
  const sorted = [...entries.values()].sort((a, b) => b.row.summary.winRate - a.row.summary.winRate)
  const isCompared = ({ row }: Entry, i: number) => i < maxCompared || row.evaluation === evaluation.id
  return {
    rows: sorted.map(({ row }) => row),
    differences: differencesOf(db, sorted.filter(isCompared), own.seed),
  }
}

/** Equal for evaluations whose win rates can be set side by side. */
function keyOf(config: EvaluationConfig): string {
  const prompts = config.pairs.map(({ item, seed }) => `${item}/${seed}`).sort()
  return JSON.stringify([config.reference, judgeName(config), prompts])
}

function klByModel(db: Db): (name: string) => number | null {
  const models = listModels(db)
  return (name) => {
    const runId = models.findLast((model) => model.name === name)?.runId ?? null
    return runId === null ? null : (readMetric(db, runId, 'objective/kl').at(-1)?.value ?? null)
  }
}

/** Over prompts, and over training seeds if there are several. */
function differencesOf(db: Db, entries: readonly Entry[], seed: number): Round['differences'] {
  const values = pairedPreferences(entries.map((entry) => preferencesOf(db, entry)))
  if (entries.length < 2 || values === null) return []
  const means = resampledMeans(values, { seed, stream: 'judge/round' })
  const rates = values.map((rows) => mean(rows.map(mean)))
  return entries.flatMap(({ row: { candidate } }, i) =>
    entries.flatMap(({ row: { candidate: opponent } }, j) => {
      if (i === j) return []
      const { low, high } = intervalOf(means[i]!.map((value, r) => value - means[j]![r]!))
      const value = 100 * (rates[i]! - rates[j]!)
      return [{ candidate, opponent, value, interval: { low: 100 * low, high: 100 * high } }]
    }),
  )
}

/** Preference for the candidate by prompt and training seed. */
type Preferences = Map<string, Map<number | null, number>>

function preferencesOf(db: Db, { row, config }: Entry): Preferences {
  const pairOf = new Map(config.pairs.map((pair) => [pair.id, pair]))
  const preferences: Preferences = new Map()
  for (const { pairId, preference } of verdicts(listJudgements(db, row.evaluation))) {
    const pair = pairOf.get(pairId)
    if (!pair) continue
    const own = preferences.get(pair.item) ?? new Map()
    preferences.set(pair.item, own.set(pair.seed, preference))
  }
  return preferences
}

/** Each arm's preferences (S, N), on the prompts that every arm has verdicts on for every seed; null if there are none. */
function pairedPreferences(arms: readonly Preferences[]): number[][][] | null {
  const seeds = [...new Set([...(arms[0]?.values() ?? [])].flatMap((own) => [...own.keys()]))]
  const isShared = (item: string) => arms.every((arm) => seeds.every((seed) => arm.get(item)?.has(seed)))
  const items = [...(arms[0]?.keys() ?? [])].filter(isShared)
  if (items.length === 0) return null
  return arms.map((arm) => seeds.map((seed) => items.map((item) => arm.get(item)!.get(seed)!)))
}
