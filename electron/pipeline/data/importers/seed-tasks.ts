/** Self-Instruct's seed tasks: an instruction with one worked instance, a demonstration. */
import {
  has,
  type Importer,
  type ParsedRow,
  type RawObject,
  RowError,
  readContext,
  readPrompt,
  readSourceId,
  readText,
  restOf,
} from '../fields.ts'
import { makeItem } from '../item.ts'

export const seedTaskImporter: Importer = {
  name: 'seed-tasks',
  rows: 'Self-Instruct seed tasks (instruction, instances)',
  recognises: (row) => has(row, 'instruction', 'instances'),
  parse,
}

function parse(row: RawObject): ParsedRow {
  const instances = row.instances
  if (!Array.isArray(instances) || instances.length !== 1 || typeof instances[0] !== 'object') {
    throw new RowError('"instances" does not have exactly one instance: write one row per instance')
  }
  const instance = (instances[0] ?? {}) as RawObject
  const item = makeItem({
    sourceId: readSourceId(row),
    source: 'self-instruct',
    prompt: readPrompt(row, 'instruction'),
    context: readContext(instance, 'input'),
    chosen: readText(instance, 'output'),
    metadata: {
      ...restOf(row, ['id', 'instruction', 'instances']),
      ...restOf(instance, ['input', 'output']),
    },
  })
  return { item, annotations: [] }
}
