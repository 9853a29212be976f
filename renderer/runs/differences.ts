/** How runs ended, and the settings that differ between them, in words. */
import type { RunRecord } from '../../electron/contract/run-record.ts'
import type { Series } from '../../electron/contract/runs.ts'
import { placementWords, settingWords } from '../../electron/contract/setting-words.ts'
import { numberOf } from '../ui/format.ts'
import { bestOf, lastOf } from './outcomes.ts'

export interface DifferenceRow {
  /** The path of a setting, or the metric. */
  key: string
  label: string
  values: string[]
}

/** @returns each path whose values are not all the same, with every configuration's value as text */
export function differences(configs: readonly object[]): { key: string; values: string[] }[] {
  const flat = configs.map((config) => new Map(leaves(config, '')))
  const keys = [...new Set(flat.flatMap((config) => [...config.keys()]))]
  return keys.flatMap((key) => {
    const values = flat.map((config) => config.get(key) ?? '–')
    return new Set(values).size > 1 ? [{ key, values }] : []
  })
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield [path, typeof value === 'string' ? value : JSON.stringify(value)]
    return
  }
  for (const [key, member] of Object.entries(value))
    yield* leaves(member, path === '' ? key : `${path}.${key}`)
}

type Compared = Pick<RunRecord, 'config'> & { branch: { name: string; step: number } | null }

/** The settings that differ, called as in the form; names of models that the runs make are left out. */
export function settingRows(runs: readonly Compared[]): DifferenceRow[] {
  const rows = differences(runs.map(({ config: { modelName: _, branch: __, ...rest } }) => rest)).map(
    ({ key, values }) => {
      const name = key.replace(/^job\.(config\.)?|^choice\./, '')
      const { label = name, choices = {} } = settingWords[name] ?? {}
      return { key, label, values: values.map((value) => wordOf(name, value, choices)) }
    },
  )
  if (runs.every(({ branch }) => branch === null)) return rows
  const from = runs.map(({ branch }) => (branch ? `${branch.name} at step ${branch.step}` : '–'))
  return [{ key: 'branch', label: 'Branched from', values: from }, ...rows]
}

/** A setting's value, called as in the form. */
export function wordOf(name: string, value: string, choices: Readonly<Record<string, string>>): string {
  if (name === 'placement' && value in placementWords)
    return placementWords[value as keyof typeof placementWords].title
  return choices[value] ?? plainWords[value] ?? value
}

const plainWords: Readonly<Record<string, string>> = { null: 'none', true: 'yes', false: 'no' }

/** How runs ended; a row appears if any run measured it. */
const outcomes: readonly { key: string; label: string; of: (run: Ended) => string | null }[] = [
  {
    key: 'judge/win_rate',
    label: 'Best win rate',
    of: ({ series }) => {
      const best = bestOf(series)
      return best && `${best.winRate.toFixed(1)}% at step ${best.step}`
    },
  },
  {
    key: 'objective/kl',
    label: 'KL at the end',
    of: (run) => last('objective/kl', 'nats')(run) ?? last('objective/heldout_kl', 'nats')(run),
  },
  { key: 'objective/scores', label: 'Reward at the end', of: last('objective/scores') },
  { key: 'response/length', label: 'Length at the end', of: last('response/length', 'tokens') },
  { key: 'sft/heldout_loss', label: 'Held-out loss', of: last('sft/heldout_loss') },
  {
    key: 'reward/heldout_accuracy',
    label: 'Held-out pairs in order',
    of: last('reward/heldout_accuracy', '%'),
  },
  { key: 'reward/token_auroc', label: 'Tokens ranked, AUROC', of: last('reward/token_auroc') },
  { key: 'dpo/heldout_accuracy', label: 'Held-out pairs in order', of: last('dpo/heldout_accuracy', '%') },
  {
    key: 'seconds',
    label: 'Time',
    of: ({ times }) => {
      const seconds = times.reduce((sum, [, each]) => sum + each, 0)
      return seconds > 0 ? `${numberOf(seconds / 60, 2)} min` : null
    },
  },
]

interface Ended {
  series: Series
  times: readonly (readonly [step: number, seconds: number])[]
}

function last(metric: string, unit = ''): (run: Ended) => string | null {
  return ({ series }) => {
    const value = lastOf(series, metric)
    return value === null ? null : `${numberOf(value)}${unit === '%' ? '%' : unit && ` ${unit}`}`
  }
}

export function outcomeRows(runs: readonly Ended[]): DifferenceRow[] {
  return outcomes.flatMap(({ key, label, of }) => {
    const values = runs.map(of)
    return values.every((value) => value === null)
      ? []
      : [{ key, label, values: values.map((value) => value ?? '–') }]
  })
}
