/** Reads AlpacaEval annotation files (a JSON array or JSON lines) and instruction difficulties, whole or not at all. */
import { readFile } from 'node:fs/promises'
import { AlpacaEvalAnnotation } from '../../contract/alpaca-eval.ts'
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

function toAnnotation({ value, where }: Located): AlpacaEvalAnnotation {
  const parsed = AlpacaEvalAnnotation.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new UserError('bad_input', `${where}: ${path.length > 0 ? `"${path.join('.')}": ` : ''}${message}.`)
}

/** All rows of an annotation file, in order. @throws UserError that names the first invalid row */
export async function readAnnotations(file: string): Promise<AlpacaEvalAnnotation[]> {
  const rows = splitRows(await readText(file), file)
  if (rows.length === 0) {
    throw new UserError(
      'bad_input',
      `${file} contains no rows. It must be a JSON array or JSON lines with output_1, output_2 and preference.`,
    )
  }
  return rows.map(toAnnotation)
}

/**
 * Instruction difficulties from a CSV file whose header has a column `difficulty` (or AlpacaEval's
 * `instruction_difficulty`): one row per annotation, in the annotations' order.
 */
export async function readDifficulties(file: string): Promise<number[]> {
  const [header = '', ...lines] = (await readText(file)).split(/\r?\n/)
  const names = header.split(',').map((name) => name.trim().replaceAll('"', ''))
  const column = names.findIndex((name) => name === 'difficulty' || name === 'instruction_difficulty')
  if (column < 0) {
    throw new UserError('bad_input', `${file}, line 1: there is no column "difficulty". Add one.`)
  }
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const cell = line.split(',')[column]?.trim() ?? ''
    const difficulty = Number(cell)
    if (cell === '' || !Number.isFinite(difficulty)) {
      throw new UserError('bad_input', `${file}, line ${i + 2}: the difficulty "${cell}" is not a number.`)
    }
    return [difficulty]
  })
}
