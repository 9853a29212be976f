/** A run's input: the project's items and finished edits as they are now, frozen in one file. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { Item, RunInputRow } from '../../contract/records.ts'
import type { InputRows } from '../../contract/run-kinds/common.ts'
import { type PlannedJob, type RunKind, runKinds } from '../../contract/run-kinds/index.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import { type Db, splitOf, splitPoint } from '../../storage/index.ts'
import { editedPairsOf, itemsOf } from '../data/items.ts'

export interface InputChoice {
  /** Names; an empty list stands for all. */
  datasets: string[]
  /** Share of documents held out. */
  heldout: number
  /** At most this many held-out rows. */
  heldoutLimit: number
  /** Only training documents in this part of [0, 1); defaults to all. Disjoint parts share no document. */
  trainPart?: readonly [from: number, to: number]
  /** Only this many training rows, drawn by the seed; fewer are a subset of more. Defaults to all. */
  trainSample?: TrainSample
  /** Holds out by the prompt alone, for datasets that name the documents of equal questions differently. */
  splitByPrompt?: boolean
}

export interface TrainSample {
  rows: number
  seed: number
}

/** What the rows of a run have to have. */
interface RowSource {
  /** What is missing if there are none, for a message. */
  missing: string
  /** What to do then, as the start of a sentence. */
  remedy: string
  rowsOf(db: Db, datasets: string[]): Iterable<Omit<RunInputRow, 'split'>>
}

const rowSources: Record<InputRows, RowSource> = {
  demonstrations: {
    missing: 'demonstrations (items with a chosen response)',
    remedy: 'Import some first',
    rowsOf: (db, datasets) => itemRows(db, datasets, ({ chosen }) => chosen !== null),
  },
  prompts: {
    missing: 'items',
    remedy: 'Import some first',
    rowsOf: (db, datasets) => itemRows(db, datasets, () => true),
  },
  edited: {
    missing: 'finished edits',
    remedy: 'Edit some responses or import edits first',
    rowsOf: (db, datasets) => editedPairsOf(db, { datasets }),
  },
  original: {
    missing: 'preference pairs (items with a chosen and a rejected response)',
    remedy: 'Import some first',
    rowsOf: (db, datasets) =>
      itemRows(db, datasets, ({ chosen, rejected }) => chosen !== null && rejected !== null),
  },
}

type ConfigOf<Kind extends RunKind> = PlannedJob<Kind>['config']

/** The kinds of run, each with its own settings' type. */
const byKind: { [Kind in RunKind]: { trainsOn(config: ConfigOf<Kind>): InputRows } } = runKinds

/** @returns the kind of rows that a run trains on */
export function inputRowsOf<Kind extends RunKind>(kind: Kind, config: ConfigOf<Kind>): InputRows {
  return byKind[kind].trainsOn(config)
}

function* itemRows(db: Db, datasets: string[], isUsable: (item: Item) => boolean) {
  for (const item of itemsOf(db, { datasets })) if (isUsable(item)) yield { item, edited: null }
}

/** One row per finished edit, or one per item if the run does not train on edits. */
export function inputRows(db: Db, kind: InputRows, choice: InputChoice): RunInputRow[] {
  const { datasets, heldout, heldoutLimit, trainPart: [from, to] = [0, 1], trainSample } = choice
  let heldoutRows = 0
  const rows: RunInputRow[] = []
  for (const row of rowSources[kind].rowsOf(db, datasets)) {
    const { item, edited, changeKinds } = row
    const point = pointOf(item, choice)
    const split = splitOf(point, heldout)
    if (split === 'heldout' && heldoutRows++ >= heldoutLimit) continue
    const part = (point - heldout) / (1 - heldout)
    if (split === 'train' && (part < from || part >= to)) continue
    rows.push({ split, item, edited, ...(changeKinds && { changeKinds }) })
  }
  return trainSample ? sampled(rows, trainSample) : rows
}

/** Where an item falls in [0, 1), by which it is held out. */
export function pointOf(item: Item, { splitByPrompt = false }: Pick<InputChoice, 'splitByPrompt'>): number {
  return splitPoint(splitByPrompt ? { prompt: item.prompt, metadata: {}, context: '' } : item)
}

/** All held-out rows, and the training rows whose items have the lowest random numbers, whatever the kind of rows. */
function sampled(rows: RunInputRow[], { rows: count, seed }: TrainSample): RunInputRow[] {
  const draw = (row: RunInputRow) =>
    createHash('sha256')
      .update(JSON.stringify([seed, row.item.id]))
      .digest('hex')
  const drawn = rows
    .flatMap((row, index) => (row.split === 'train' ? [{ index, draw: draw(row) }] : []))
    .sort((a, b) => (a.draw < b.draw ? -1 : 1))
    .slice(0, count)
  const kept = new Set(drawn.map(({ index }) => index))
  return rows.filter(({ split }, index) => split === 'heldout' || kept.has(index))
}

/** @throws UserError if there is nothing to train on */
export function requireRows(rows: readonly RunInputRow[], kind: InputRows, project: string): void {
  if (rows.some(({ split }) => split === 'train')) return
  const heldout = rows.length > 0 ? ' outside the held-out share' : ''
  const { missing, remedy } = rowSources[kind]
  throw new UserError(
    'bad_input',
    `${project} has no ${missing}${heldout} to train on. ${remedy}, or choose other datasets.`,
  )
}

/** Name of the input in the run's folder. */
export const inputFile = 'input.jsonl'

export async function writeRunInput(runFolder: string, rows: readonly RunInputRow[]): Promise<void> {
  await writeFileAtomic(path.join(runFolder, inputFile), rows.values().map(lineOf))
}

/** Whether a run's frozen input holds exactly these rows. */
export function hasRunInput(runFolder: string, rows: readonly RunInputRow[]): boolean {
  const file = path.join(runFolder, inputFile)
  return existsSync(file) && readFileSync(file, 'utf8') === rows.map(lineOf).join('')
}

/** How many rows of a run's frozen input are held out; counted once, since it does not change. */
export function heldoutRows(runFolder: string): number {
  const known = heldoutCounts.get(runFolder)
  if (known !== undefined) return known
  const file = path.join(runFolder, inputFile)
  if (!existsSync(file)) return 0
  const lines = readFileSync(file, 'utf8').split('\n')
  const count = lines.filter((line) => line.startsWith('{"split":"heldout"')).length
  heldoutCounts.set(runFolder, count)
  return count
}

const heldoutCounts = new Map<string, number>()

const lineOf = (row: RunInputRow) => `${JSON.stringify(row)}\n`
