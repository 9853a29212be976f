/**
 * Writes GGUF files (version 3, little-endian), one tensor in memory at a time: the whole file or none. The bytes
 * depend on the metadata and the tensors alone, in the order in which they are given.
 */
import assert from 'node:assert/strict'
import { writeFileAtomic } from './atomic.ts'
import { encodedChunks } from './encoded-values.ts'
import { ggufTypeNumber } from './gguf.ts'
import { numberFormats, type WritableFormat } from './number-formats.ts'

/** A metadata value with its type; a list becomes an array of that type. */
export type GgufEntry =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number | readonly number[] }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string | readonly string[] }

export type GgufEntries = Readonly<Record<string, GgufEntry>>

export interface GgufTensorToWrite {
  name: string
  /** Outermost dimension first, as in `GgufTensor`. */
  shape: readonly number[]
  type: WritableFormat
  /** Called once, when the tensor is written. Row-major. */
  data: () => Float32Array
}

const version = 3
const alignment = 32

/** `gguf_metadata_value_type` */
const entryTypes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8 } as const
const arrayType = 9

/**
 * @throws UserError `out_of_space` when the disk is full, `bad_input` when a value is beyond its tensor's type; no new
 * file is left then
 */
export async function writeGguf(
  path: string,
  metadata: GgufEntries,
  tensors: readonly GgufTensorToWrite[],
): Promise<void> {
  await writeFileAtomic(path, fileChunks(path, metadata, tensors))
}

async function* fileChunks(
  path: string,
  metadata: GgufEntries,
  tensors: readonly GgufTensorToWrite[],
): AsyncGenerator<Uint8Array> {
  const header = encodeHeader(metadata, tensors)
  yield header
  yield padding(header.length)
  for (const tensor of tensors) {
    yield* tensorChunks(path, tensor)
    yield padding(sizeBytes(tensor))
  }
}

/** The encoded values, in parts. */
function* tensorChunks(path: string, { name, shape, type, data }: GgufTensorToWrite): Generator<Uint8Array> {
  const values = data()
  assert(values.length === countOf(shape), `${name}: ${values.length} values for the shape ${shape}`)
  yield* encodedChunks(path, name, type, values)
}

function encodeHeader(metadata: GgufEntries, tensors: readonly GgufTensorToWrite[]): Uint8Array {
  const entries = Object.entries(metadata)
  const parts = [
    Buffer.from('GGUF'),
    uint32(version),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.flatMap(([key, entry]) => [text(key), ...encodeEntry(entry)]),
  ]
  let offset = 0
  for (const { name, shape, type } of tensors) {
    const blockSize = numberFormats[type].blockSize
    assert((shape.at(-1) ?? 1) % blockSize === 0, `the rows of ${name} are not whole blocks of ${type}`)
    parts.push(text(name), uint32(shape.length), ...shape.toReversed().map(uint64))
    parts.push(uint32(ggufTypeNumber(type)), uint64(offset))
    offset = aligned(offset + sizeBytes({ shape, type }))
  }
  return Buffer.concat(parts)
}

function encodeEntry(entry: GgufEntry): Buffer[] {
  const type = entryTypes[entry.type]
  if (!Array.isArray(entry.value)) return [uint32(type), encodeValue(entry.type, entry.value)]
  const values = entry.value.map((value) => encodeValue(entry.type, value))
  return [uint32(arrayType), uint32(type), uint64(values.length), ...values]
}

function encodeValue(type: GgufEntry['type'], value: unknown): Buffer {
  if (typeof value === 'string') return text(value)
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0])
  assert(typeof value === 'number', `${String(value)} is not a ${type}`)
  if (type === 'uint32') return uint32(value)
  const bytes = Buffer.alloc(4)
  if (type === 'int32') bytes.writeInt32LE(value)
  else bytes.writeFloatLE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint64(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1)
}

function sizeBytes({ shape, type }: Pick<GgufTensorToWrite, 'shape' | 'type'>): number {
  const { blockSize, blockBytes } = numberFormats[type]
  return (countOf(shape) / blockSize) * blockBytes
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}

function padding(bytes: number): Uint8Array {
  return new Uint8Array(aligned(bytes) - bytes)
}
