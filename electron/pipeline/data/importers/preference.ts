/**
 * Two outputs and which is better: AlpacaFarm's and AlpacaEval's annotations (`output_1`, `output_2`,
 * preference 1 or 2, or anything between) and rows with `output_a`, `output_b` (1 = a, 2 = b, 0 = tie).
 */
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readOptionalText,
  readSourceId,
  readText,
  requireDifference,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'
import { readRequest } from '../request.ts'

export const alpacaPreferenceImporter: Importer = {
  name: 'alpaca-preference',
  rows: 'AlpacaFarm annotations (instruction, perhaps input, output_1, output_2, preference)',
  recognises: (row) => has(row, 'instruction', 'output_1', 'output_2'),
  parse: (row) => parse(row, ['output_1', 'output_2'], 'alpaca'),
}

export const pairImporter: Importer = {
  name: 'pairs',
  rows: 'pairs (instruction, output_a, output_b, preference)',
  recognises: (row) => has(row, 'instruction', 'output_a', 'output_b'),
  parse: (row) => parse(row, ['output_a', 'output_b'], 'pairs'),
}

function parse(row: RawObject, keys: [first: string, second: string], source: string): ParsedRow {
  const outputs = keys.map((key) => readText(row, key))
  const preference = readPreference(row)
  const [chosen, rejected] = preference < 1.5 ? outputs : outputs.reverse()
  requireDifference(chosen!, rejected!)
  const request = readRequest(row)
  const used = ['id', 'source', ...request.used, ...keys]
  const item = makeItem({
    sourceId: readSourceId(row),
    source: readOptionalText(row, 'source') ?? source,
    prompt: request.prompt,
    context: request.context,
    chosen,
    rejected,
    metadata: restOf(row, Number.isInteger(preference) ? [...used, 'preference'] : used),
  })
  return { item, annotations: [] }
}

/** 1 to 2, not 1.5; a cell of a table may have it as text. */
function readPreference(row: RawObject): number {
  if (!has(row, 'preference')) throw new RowError('"preference" is missing: this pair was not judged')
  const preference = typeof row.preference === 'string' ? Number(row.preference) : row.preference
  if (preference === 0 || preference === 1.5) throw new RowError('it is a tie: neither output is better')
  if (typeof preference === 'number' && preference >= 1 && preference <= 2) return preference
  throw new RowError(`"preference" is ${JSON.stringify(row.preference)}, not 1, 2 or a number between`)
}
