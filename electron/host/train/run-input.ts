/** A run's input: the project's items and finished edits as they are now, frozen in one file. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { TrainingJob } from '../../contract/jobs.ts'
import type { RunInputRow } from '../../contract/records.ts'
import { writeFileAtomic } from '../../engine/formats/atomic.ts'
import { type Db, splitOf, splitPoint } from '../../storage/index.ts'
import { editedPairsOf, itemsOf } from '../data/datasets.ts'

export interface InputChoice {
  /** Names; none stands for all. */
  datasets: string[]
  /** Share of documents held out. */
  heldout: number
  /** At most this many held-out rows. */
  heldoutLimit: number
  /** Only training documents in this part of [0, 1); all where absent. Parts that don't meet share no document. */
  trainPart?: readonly [from: number, to: number]
}

/** What a run learns from, as far as it decides which rows are of use. */
export type Lesson = { kind: 'sft' | 'ppo' } | { kind: 'reward' | 'dpo'; pairs: 'edited' | 'original' }

export function lessonOf({ kind, config }: Pick<TrainingJob, 'kind' | 'config'>): Lesson {
  return kind === 'reward' || kind === 'dpo'
    ? { kind, pairs: 'pairs' in config ? config.pairs : 'edited' }
    : { kind }
}

/** The rows that a lesson can use: one a finished edit, or one an item where edits do not matter. */
export function inputRows(
  db: Db,
  lesson: Lesson,
  { datasets, heldout, heldoutLimit, trainPart: [from, to] = [0, 1] }: InputChoice,
): RunInputRow[] {
  let heldoutRows = 0
  const rows: RunInputRow[] = []
  for (const { item, edited } of candidates(db, lesson, datasets)) {
    const point = splitPoint(item)
    const split = splitOf(point, heldout)
    if (split === 'heldout' && heldoutRows++ >= heldoutLimit) continue
    const part = (point - heldout) / (1 - heldout)
    if (split === 'train' && (part < from || part >= to)) continue
    rows.push({ split, item, edited })
  }
  return rows
}

function* candidates(db: Db, lesson: Lesson, datasets: string[]): Generator<Omit<RunInputRow, 'split'>> {
  if ('pairs' in lesson && lesson.pairs === 'edited') {
    yield* editedPairsOf(db, { datasets })
    return
  }
  for (const item of itemsOf(db, { datasets })) {
    const { chosen, rejected } = item
    const isOfUse = lesson.kind === 'ppo' || (chosen !== null && (lesson.kind === 'sft' || rejected !== null))
    if (isOfUse) yield { item, edited: null }
  }
}

const needs: Record<string, string> = {
  sft: 'demonstrations (items with a chosen response)',
  ppo: 'items',
  edited: 'finished edits',
  original: 'preference pairs (items with a chosen and a rejected response)',
}

/** @throws UserError where nothing is left to train on */
export function requireRows(rows: readonly RunInputRow[], lesson: Lesson, project: string): void {
  if (rows.some(({ split }) => split === 'train')) return
  const missing = needs['pairs' in lesson ? lesson.pairs : lesson.kind]
  const heldout = rows.length > 0 ? ' outside the held-out share' : ''
  throw new UserError(
    'bad_input',
    `${project} has no ${missing}${heldout} to train on. Import some first, or name other --datasets.`,
  )
}

/** Its name in the run's folder. */
export const inputFile = 'input.jsonl'

export async function writeRunInput(runFolder: string, rows: readonly RunInputRow[]): Promise<void> {
  await writeFileAtomic(path.join(runFolder, inputFile), rows.values().map(lineOf))
}

/** Whether a run's frozen input holds exactly these rows. */
export function hasRunInput(runFolder: string, rows: readonly RunInputRow[]): boolean {
  const file = path.join(runFolder, inputFile)
  return existsSync(file) && readFileSync(file, 'utf8') === rows.map(lineOf).join('')
}

const lineOf = (row: RunInputRow) => `${JSON.stringify(row)}\n`
