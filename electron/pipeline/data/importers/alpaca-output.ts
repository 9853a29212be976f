/** AlpacaFarm's and AlpacaEval's model outputs, `{ instruction, input?, output }`: demonstrations. */
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  readContext,
  readOptionalText,
  readPrompt,
  readSourceId,
  readText,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'

export const alpacaOutputImporter: Importer = {
  name: 'alpaca-output',
  rows: 'AlpacaFarm outputs {instruction, input?, output}',
  recognises: (row) => has(row, 'instruction', 'output'),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const item = makeItem({
    sourceId: readSourceId(row),
    source: readOptionalText(row, 'source') ?? 'alpaca',
    prompt: readPrompt(row, 'instruction'),
    context: readContext(row, 'input'),
    chosen: readText(row, 'output'),
    metadata: restOf(row, ['id', 'source', 'instruction', 'input', 'output']),
  })
  return { item, annotations: [] }
}
