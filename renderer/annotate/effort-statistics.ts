/** What items have cost each person, in quartiles; and all of it as a table for other programs. */
import type { Effort, HelpEffect } from '../../electron/contract/annotate.ts'
import type { TextTable } from '../app/table-text.ts'

export interface PersonEffort {
  annotator: string
  items: number
  activeSeconds: number
  /** Seconds per item. */
  seconds: Quartiles
  /** Median steps per item. */
  steps: number
  /** Characters typed and deleted per character needed, over all items; null if nothing was needed. */
  perNeeded: number | null
  longPauses: number
}

export interface Quartiles {
  low: number
  median: number
  high: number
}

/** By name. */
export function effortByPerson(efforts: readonly Effort[]): PersonEffort[] {
  const names = [...new Set(efforts.map(({ annotator }) => annotator))].sort((a, b) =>
    a.localeCompare(b, 'en'),
  )
  return names.map((annotator) => {
    const own = efforts.filter((effort) => effort.annotator === annotator)
    const compared = own.filter(({ needed }) => needed !== null)
    const needed = sum(compared.map((effort) => effort.needed ?? 0))
    return {
      annotator,
      items: own.length,
      activeSeconds: sum(own.map(({ activeSeconds }) => activeSeconds)),
      seconds: quartiles(own.map(({ activeSeconds }) => activeSeconds)),
      steps: quartiles(own.map(({ steps }) => steps)).median,
      perNeeded: needed === 0 ? null : sum(compared.map(({ characters }) => characters)) / needed,
      longPauses: sum(own.map(({ longPauses }) => longPauses)),
    }
  })
}

/** Between two values by their distance, as most programs do; zeros if there are none. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
    return below + (above - below) * (place - Math.floor(place))
  }
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

/** Empty if it was not left to chance. */
function wordOfShown(isShown: boolean | undefined): string {
  return isShown === undefined ? '' : isShown ? 'shown' : 'hidden'
}

/** One row for each help and measure. */
export function effectTable(effects: readonly HelpEffect[]): TextTable {
  return {
    head: [
      'help',
      'measure',
      'median_shown',
      'n_shown',
      'median_hidden',
      'n_hidden',
      'difference',
      'low_95',
      'high_95',
    ],
    rows: effects.map(({ help, measure, shown, hidden, difference }) => [
      help,
      measureColumns[measure],
      numberText(shown.median),
      String(shown.n),
      numberText(hidden.median),
      String(hidden.n),
      numberText(difference?.value),
      numberText(difference?.low),
      numberText(difference?.high),
    ]),
  }
}

const measureColumns: Record<HelpEffect['measure'], string> = {
  activeSeconds: 'active_seconds',
  steps: 'steps',
  needed: 'characters_needed',
}

function numberText(value: number | null | undefined): string {
  return value == null ? '' : value.toFixed(2)
}

/** One row for each item and person. */
export function effortTable(efforts: readonly Effort[]): TextTable {
  return {
    head: [
      'item',
      'annotator',
      'state',
      'active_seconds',
      'steps',
      'characters',
      'characters_needed',
      'pauses_of_10_s',
      'saved_at',
      'draft_by_chance',
      'hints_by_chance',
    ],
    rows: efforts.map((effort) => [
      effort.id,
      effort.annotator,
      effort.state,
      effort.activeSeconds.toFixed(1),
      String(effort.steps),
      String(effort.characters),
      effort.needed === null ? '' : String(effort.needed),
      String(effort.longPauses),
      effort.savedAt,
      wordOfShown(effort.shown.draft),
      wordOfShown(effort.shown.hints),
    ]),
  }
}
