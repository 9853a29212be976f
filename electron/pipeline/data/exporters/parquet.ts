/** Rows as a Parquet file, written in groups, so that memory is bounded. Every column is required: no value is null. */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'

/** What a column holds, of the types that the formats need. */
export type ColumnType = 'text' | 'truth' | 'texts' | 'truths' | 'integers' | 'messages'

/** In the order of the columns. */
export type Columns = Record<string, ColumnType>

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema']
type Element = Schema[number]

const leaves = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  truth: { type: 'BOOLEAN', repetition_type: 'REQUIRED' },
  integer: { type: 'INT64', repetition_type: 'REQUIRED' },
} as const

/** A column's schema: a value, or the three levels of a list (parquet-format, LogicalTypes, Lists). */
const schemas: Record<ColumnType, (name: string) => Element[]> = {
  text: (name) => [{ name, ...leaves.text }],
  truth: (name) => [{ name, ...leaves.truth }],
  texts: (name) => [...list(name), { name: 'element', ...leaves.text }],
  truths: (name) => [...list(name), { name: 'element', ...leaves.truth }],
  integers: (name) => [...list(name), { name: 'element', ...leaves.integer }],
  messages: (name) => [
    ...list(name),
    { name: 'element', repetition_type: 'REQUIRED', num_children: 2 },
    { name: 'role', ...leaves.text },
    { name: 'content', ...leaves.text },
  ],
}

function list(name: string): Element[] {
  return [
    { name, repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ]
}

const rowsPerGroup = 1000

/** @param rows have exactly the columns as keys */
export async function* parquetChunks(
  rows: AsyncIterable<object>,
  columns: Columns,
): AsyncGenerator<Uint8Array> {
  const names = Object.keys(columns)
  const root: Element = { name: 'root', num_children: names.length }
  const schema = [root, ...names.flatMap((name) => schemas[columns[name]!](name))]
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({ writer: bytes, schema })
  let group: Record<string, unknown>[] = []
  const writeGroup = async () => {
    const columnData = names.map((name) => ({ name, data: group.map((row) => toStored(row[name])) }))
    await writer.write({ columnData, rowGroupSize: rowsPerGroup })
    group = []
    return take(bytes)
  }
  for await (const row of rows) {
    group.push({ ...row })
    if (group.length === rowsPerGroup) yield await writeGroup()
  }
  if (group.length > 0) yield await writeGroup()
  await writer.finish()
  yield take(bytes)
}

/** 64-bit integers are written from BigInt. */
function toStored(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((entry: unknown) => (typeof entry === 'number' ? BigInt(entry) : entry))
}

/** The bytes that were written since the last time; the writer counts them all in its own offset. */
function take(bytes: ByteWriter): Uint8Array {
  const taken = bytes.getBytes().slice()
  bytes.index = 0
  return taken
}
