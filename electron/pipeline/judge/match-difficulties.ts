/** Finds the difficulty of each annotation: by index, by instruction, or by the order of the rows. */
import type { AlpacaEvalAnnotation } from '../../contract/alpaca-eval.ts'
import { UserError } from '../../contract/errors.ts'
import type { Difficulty } from './annotations.ts'

export interface Matched {
  /** One per annotation; null if it has no difficulty. */
  values: (number | null)[]
  /** How far the match can be trusted; null if it is exact. */
  note: string | null
}

/** Share of the difficulties that annotations without an index may lack. */
const maxMissing = 0.01

/**
 * Annotations with an `index` are matched by it; otherwise by the instruction if the difficulties have one, then by
 * their `index` as the annotation's place from 0, and only then by the order of the rows.
 *
 * @throws UserError if the two files cannot be matched
 */
export function matchDifficulties(
  annotations: readonly AlpacaEvalAnnotation[],
  difficulties: readonly Difficulty[],
): Matched {
  const isIndexed = difficulties.length > 0 && difficulties.every(({ index }) => index !== null)
  if (isIndexed && annotations.every(({ index }) => index !== undefined)) {
    const byIndex = tableOf(difficulties, ({ index }) => index, 'index')
    return exact(annotations.map(({ index }) => byIndex.get(index!) ?? null))
  }
  const byInstruction = instructionTable(annotations, difficulties)
  if (byInstruction)
    return exact(annotations.map(({ instruction }) => byInstruction.get(instruction!) ?? null))
  if (isIndexed) return matchPlaces(annotations, difficulties)
  if (difficulties.length === annotations.length)
    return exact(difficulties.map(({ difficulty }) => difficulty))
  throw new UserError(
    'bad_input',
    `There are ${difficulties.length} difficulties for ${annotations.length} rows. Pass one per row, in the same order, or add a column "instruction".`,
  )
}

/** Null if either side has no instructions, or if an instruction has two difficulties. */
function instructionTable(
  annotations: readonly AlpacaEvalAnnotation[],
  difficulties: readonly Difficulty[],
): Map<string, number> | null {
  if (annotations.some(({ instruction }) => instruction === undefined)) return null
  const table = new Map<string, number>()
  for (const { instruction, difficulty } of difficulties) {
    if (instruction === null || (table.get(instruction) ?? difficulty) !== difficulty) return null
    table.set(instruction, difficulty)
  }
  return annotations.some(({ instruction }) => table.has(instruction!)) ? table : null
}

function exact(values: (number | null)[]): Matched {
  return { values, note: null }
}

/**
 * The index is the annotation's place. If a few annotations are missing, it cannot be known which: they are then matched
 * by place all the same, as AlpacaEval's code does (it numbers the rows that it reads), and the note says so.
 */
function matchPlaces(
  annotations: readonly AlpacaEvalAnnotation[],
  difficulties: readonly Difficulty[],
): Matched {
  const byIndex = tableOf(difficulties, ({ index }) => index, 'index')
  const beyond = difficulties.filter(({ index }) => index! >= annotations.length)
  if (beyond.length > maxMissing * difficulties.length) {
    throw new UserError(
      'bad_input',
      `The difficulties have an index ${beyond[0]!.index}, but there are ${annotations.length} annotations without one. Add "index" to the annotations, or "instruction" to the difficulties.`,
    )
  }
  const note =
    beyond.length === 0
      ? null
      : `There are ${difficulties.length} difficulties for ${annotations.length} annotations without an index. They are matched by place, as AlpacaEval does, so annotations after a missing one have their neighbour's difficulty. Add "index" to the annotations for an exact match.`
  return { values: annotations.map((_, place) => byIndex.get(place) ?? null), note }
}

function tableOf<Key>(
  difficulties: readonly Difficulty[],
  keyOf: (row: Difficulty) => Key,
  name: string,
): Map<Key, number> {
  const table = new Map<Key, number>()
  for (const row of difficulties) {
    const key = keyOf(row)
    if (table.has(key))
      throw new UserError('bad_input', `Two difficulties have the ${name} ${key}. Remove one.`)
    table.set(key, row.difficulty)
  }
  return table
}
