/** Which runs the list shows, and in which order. */
import type { RunState } from '../../electron/contract/run-record.ts'
import type { ListedRun } from '../../electron/contract/runs.ts'
import { totalSteps } from './outcomes.ts'
import { kindOf } from './run-words.ts'

/** What the list can be sorted by; text, or a number whose absence comes last. */
const sortKeys = {
  name: ({ name }: ListedRun) => name.toLowerCase(),
  kind: (run: ListedRun) => kindOf(run),
  state: ({ state }: ListedRun) => stateOrder[state],
  step: ({ step }: ListedRun) => step,
  winRate: ({ latest }: ListedRun) => latest['judge/win_rate'] ?? null,
  kl: ({ latest }: ListedRun) => latest['objective/kl'] ?? latest['objective/heldout_kl'] ?? null,
  time: ({ seconds }: ListedRun) => seconds,
  started: ({ createdAt }: ListedRun) => createdAt,
} as const

const stateOrder: Record<RunState, number> = {
  running: 0,
  queued: 1,
  paused: 2,
  failed: 3,
  cancelled: 4,
  done: 5,
}

export type SortKey = keyof typeof sortKeys

export interface Sorting {
  by: SortKey
  direction: 'ascending' | 'descending'
}

const newestFirst: Sorting = { by: 'started', direction: 'descending' }

/** @param text as in the address: `winRate descending`; the newest first if it names none */
export function readSorting(text: string | undefined): Sorting {
  const [by, direction] = (text ?? '').split(' ')
  if (by === undefined || !(by in sortKeys)) return newestFirst
  return { by: by as SortKey, direction: direction === 'descending' ? 'descending' : 'ascending' }
}

export function writeSorting({ by, direction }: Sorting): string {
  return `${by} ${direction}`
}

/** A stable order; runs without the value are last in either direction. */
export function sortedRuns(runs: readonly ListedRun[], { by, direction }: Sorting): ListedRun[] {
  const sign = direction === 'ascending' ? 1 : -1
  return [...runs].sort((a, b) => {
    const [x, y] = [sortKeys[by](a), sortKeys[by](b)]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    return x === y ? 0 : x < y ? -sign : sign
  })
}

/** @param search found in the name, the note, a tag or the id; every word has to be in one of them */
export function filteredRuns(
  runs: readonly ListedRun[],
  { search, kind }: { search: string; kind: string | undefined },
): ListedRun[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    if (kind !== undefined && run.kind !== kind) return false
    const text = [run.name, run.note, run.id, kindOf(run), ...run.tags].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** "41 of 120", "120", "of 240", or a dash. */
export function stepWords(run: ListedRun): string {
  const total = totalSteps(run)
  const step = run.step?.toLocaleString('en')
  const isWhole = run.state === 'done' || total === null || run.step === total
  if (isWhole) return step ?? '–'
  return step === undefined ? `of ${total.toLocaleString('en')}` : `${step} of ${total.toLocaleString('en')}`
}
