/** Reads AlpacaEval annotations and Arena-Hard judgments (a JSON array or JSON lines) and instruction difficulties, whole or not at all. */
import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { AlpacaEvalAnnotation } from '../../contract/alpaca-eval.ts'
import { ArenaHardJudgment } from '../../contract/arena-hard.ts'
import { UserError } from '../../contract/errors.ts'

interface Located {
  value: unknown
  /** Its place, for messages: `file.json, row 3`. */
  where: string
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (cause) {
    throw new UserError('not_found', `${file} cannot be read. Check the path and its permissions.`, { cause })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new UserError('bad_input', `${file} is not UTF-8 text. Convert it to UTF-8 first.`, { cause })
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UserError('bad_input', `${where} is not valid JSON. Fix or remove it.`, { cause })
  }
}

function splitRows(text: string, file: string): Located[] {
  if (text.trimStart().startsWith('[')) {
    const rows = parseJson(text, file)
    return Array.isArray(rows) ? rows.map((value, i) => ({ value, where: `${file}, row ${i + 1}` })) : []
  }
  return text.split('\n').flatMap((line, i) => {
    const where = `${file}, line ${i + 1}`
    return line.trim() === '' ? [] : [{ value: parseJson(line, where), where }]
  })
}

function parseRow<Row>(schema: z.ZodType<Row>, { value, where }: Located): Row {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new UserError('bad_input', `${where}: ${path.length > 0 ? `"${path.join('.')}": ` : ''}${message}.`)
}

/** The rows of a file of judgements, by whose they are. */
export type Annotations =
  | { kind: 'alpaca-eval'; rows: AlpacaEvalAnnotation[] }
  | { kind: 'arena-hard'; rows: ArenaHardJudgment[] }

/** Rows with games are Arena-Hard's. @throws UserError that names the first invalid row */
export async function readAnyAnnotations(file: string): Promise<Annotations> {
  const rows = await readLocated(file)
  const [first] = rows
  const isArenaHard = typeof first?.value === 'object' && first.value !== null && 'games' in first.value
  return isArenaHard
    ? { kind: 'arena-hard', rows: rows.map((row) => parseRow(ArenaHardJudgment, row)) }
    : { kind: 'alpaca-eval', rows: rows.map((row) => parseRow(AlpacaEvalAnnotation, row)) }
}

/** All rows of an AlpacaEval annotation file, in order. @throws UserError that names the first invalid row */
export async function readAnnotations(file: string): Promise<AlpacaEvalAnnotation[]> {
  return (await readLocated(file)).map((row) => parseRow(AlpacaEvalAnnotation, row))
}

async function readLocated(file: string): Promise<Located[]> {
  const rows = splitRows(await readText(file), file)
  if (rows.length === 0) {
    throw new UserError(
      'bad_input',
      `${file} contains no rows. It must be a JSON array or JSON lines with output_1, output_2 and preference.`,
    )
  }
  return rows
}

/** The difficulty of one instruction; it belongs to the annotation with this index or instruction, if the file has them. */
export interface Difficulty {
  difficulty: number
  index: number | null
  instruction: string | null
}

/**
 * Instruction difficulties from a CSV file whose header has a column `difficulty` (or AlpacaEval's
 * `instruction_difficulty`) and may have `index` or `instruction`.
 */
export async function readDifficulties(file: string): Promise<Difficulty[]> {
  const [header, ...rows] = parseTable(await readText(file), file)
  const columnOf = (...names: string[]) =>
    header?.record.findIndex((name) => names.includes(name.trim())) ?? -1
  const [difficultyAt, indexAt, instructionAt] = [
    columnOf('difficulty', 'instruction_difficulty'),
    columnOf('index'),
    columnOf('instruction'),
  ]
  if (difficultyAt < 0) {
    throw new UserError('bad_input', `${file}, line 1: there is no column "difficulty". Add one.`)
  }
  return rows.map(({ record, info }) => {
    const where = `${file}, line ${info.lines}`
    const difficulty = toNumber(record[difficultyAt], `${where}: the difficulty`)
    const index = indexAt < 0 ? null : toNumber(record[indexAt], `${where}: the index`)
    return { difficulty, index, instruction: record[instructionAt] ?? null }
  })
}

/** What the parser gives with the option `info`, which its types do not know. */
const TableRows = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }))

function parseTable(text: string, file: string): z.infer<typeof TableRows> {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true } as const
    return TableRows.parse(parse(text, options))
  } catch (cause) {
    const message = `${file} is not a CSV file (${(cause as Error).message}). Fix its quotes.`
    throw new UserError('bad_input', message, { cause })
  }
}

function toNumber(cell: string | undefined, what: string): number {
  const number = Number(cell)
  if (cell !== undefined && cell.trim() !== '' && Number.isFinite(number)) return number
  throw new UserError('bad_input', `${what} "${cell ?? ''}" is not a number.`)
}
