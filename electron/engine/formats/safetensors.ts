/**
 * The safetensors format, one tensor in memory at a time: the header is checked against the file before it is used,
 * and the bytes written depend on the tensors alone.
 *
 * Layout (github.com/huggingface/safetensors, README): 8 bytes of header length, little-endian; a JSON header of
 * names to {dtype, shape, data_offsets}; the tensors, without gaps.
 */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import { writeFileAtomic } from './atomic.ts'
import { encodedChunks } from './encoded-values.ts'
import { type NumberFormat, numberFormats, readNumbers } from './number-formats.ts'
import { damaged, openWeightFile, readRange, type WeightFile } from './weight-file.ts'

export interface TensorInfo {
  /** As the file has it, such as `F32` or `BF16`. */
  dtype: string
  shape: number[]
  /** Byte in the file at which it starts. */
  position: number
  sizeBytes: number
}

export interface Safetensors {
  readonly path: string
  readonly tensors: ReadonlyMap<string, TensorInfo>
  readonly metadata: Readonly<Record<string, string>>
  /** Values of an F32, F16, BF16 or F64 tensor, row-major. @throws UserError if one is not finite */
  readTensor(name: string): Float32Array
  /** Values of an I32 tensor, row-major. */
  readInt32(name: string): Int32Array
}

/** Number formats in which float32 values can be written, rounded to the nearest, ties to even. */
export const floatDtypes = ['F32', 'BF16', 'F16'] as const
export type FloatDtype = (typeof floatDtypes)[number]

export interface TensorToWrite {
  name: string
  shape: readonly number[]
  /** Defaults to F32. */
  dtype?: FloatDtype | 'I32'
  /** Called once, when the tensor is written, so that only one tensor need be in memory. */
  data: () => Float32Array | Int32Array | Promise<Float32Array | Int32Array>
}

/** The format's own limit. */
const maxHeaderBytes = 100_000_000
const lengthBytes = 8
const metadataKey = '__metadata__'

/** Bits of one value. */
// biome-ignore format: a table
const bitsOf = new Map(Object.entries({
  F64: 64, I64: 64, U64: 64, C64: 64, F32: 32, I32: 32, U32: 32, F16: 16, BF16: 16, I16: 16, U16: 16,
  F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, I8: 8, U8: 8, BOOL: 8, F6_E2M3: 6, F6_E3M2: 6, F4: 4,
}))

const { F32, F16, BF16, F64 } = numberFormats
const floatFormats: ReadonlyMap<string, NumberFormat> = new Map(Object.entries({ F32, F16, BF16, F64 }))

const size = z.int().nonnegative()
const headerEntry = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) })

/**
 * Reads and checks the header.
 * @throws UserError that names the file, and the tensor if there is one
 */
export function openSafetensors(path: string): Safetensors {
  const file = openWeightFile(path)
  const headerBytes = headerLength(file)
  const { [metadataKey]: metadata, ...entries } = parseHeader(file, headerBytes)
  const tensors = new Map<string, TensorInfo>()
  for (const [name, entry] of Object.entries(entries))
    tensors.set(name, tensorInfo(file, name, entry, lengthBytes + headerBytes))
  checkCoverage(file, tensors, lengthBytes + headerBytes)
  return {
    path,
    tensors,
    metadata: parseMetadata(file, metadata),
    readTensor: (name) => readTensor(file, name, tensorNamed(file, tensors, name)),
    readInt32: (name) => readInt32(file, name, tensorNamed(file, tensors, name)),
  }
}

/** A tensor of a file. */
export interface StoredTensor {
  file: Safetensors
  name: string
}

const comparedBytes = 2 ** 24

/** Whether two tensors have the same shape and values. */
export function sameTensors(a: StoredTensor, b: StoredTensor): boolean {
  const [one, other] = [a.file.tensors.get(a.name), b.file.tensors.get(b.name)]
  assert(one && other, `${a.name} and ${b.name} are in their files`)
  if (String(one.shape) !== String(other.shape)) return false
  if (one.dtype !== other.dtype) {
    const values = b.file.readTensor(b.name)
    return a.file.readTensor(a.name).every((value, i) => value === values[i])
  }
  const [left, right] = [openWeightFile(a.file.path), openWeightFile(b.file.path)]
  for (let start = 0; start < one.sizeBytes; start += comparedBytes) {
    const length = Math.min(comparedBytes, one.sizeBytes - start)
    const part = readRange(left, one.position + start, length)
    if (Buffer.compare(part, readRange(right, other.position + start, length)) !== 0) return false
  }
  return true
}

function headerLength(file: WeightFile): number {
  if (file.sizeBytes < lengthBytes)
    throw damaged(file, `it ends after ${file.sizeBytes} bytes, inside its header`)
  const length = Number(new DataView(readRange(file, 0, lengthBytes).buffer).getBigUint64(0, true))
  if (length > maxHeaderBytes)
    throw damaged(file, 'it is not a safetensors file (no header length at its start)')
  if (lengthBytes + length > file.sizeBytes)
    throw damaged(file, `it is cut off: ${file.sizeBytes} bytes of a header of ${lengthBytes + length}`)
  return length
}

function parseHeader(file: WeightFile, headerBytes: number): Record<string, unknown> {
  const bytes = readRange(file, lengthBytes, headerBytes)
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    assert(typeof header === 'object' && header !== null && !Array.isArray(header))
    return Object.fromEntries(Object.entries(header))
  } catch {
    throw damaged(file, 'its header is not a JSON object')
  }
}

function parseMetadata(file: WeightFile, metadata: unknown): Record<string, string> {
  const texts = metadata ?? {}
  if (!isTextByName(texts))
    throw damaged(file, `${metadataKey} in its header holds something other than strings`)
  return texts
}

/** Checked here, because zod's record drops the name `__proto__`. */
function isTextByName(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((text) => typeof text === 'string')
}

/** @param start byte at which the tensors begin */
function tensorInfo(file: WeightFile, name: string, entry: unknown, start: number): TensorInfo {
  const parsed = headerEntry.safeParse(entry)
  if (!parsed.success) throw damaged(file, `the header's entry for ${name} is malformed`)
  const { dtype, shape, data_offsets: offsets } = parsed.data
  const [from, to] = offsets
  const bits = bitsOf.get(dtype)
  if (bits === undefined) throw damaged(file, `${name} has the unknown dtype ${dtype}`)
  const sizeBytes = shape.reduce((product, n) => product * n, bits) / 8
  if (to - from !== sizeBytes)
    throw damaged(file, `${name} has ${to - from} bytes, but ${dtype} ${shapeText(shape)} takes ${sizeBytes}`)
  return { dtype, shape, position: start + from, sizeBytes }
}

/** Tensors must follow one another without gap or overlap, to the end of the file. */
function checkCoverage(file: WeightFile, tensors: ReadonlyMap<string, TensorInfo>, start: number): void {
  let end = start
  const inOrder = [...tensors].sort(([, a], [, b]) => a.position - b.position || a.sizeBytes - b.sizeBytes)
  for (const [name, tensor] of inOrder) {
    if (tensor.position < end) throw damaged(file, `${name} overlaps the tensor before it`)
    if (tensor.position > end) throw damaged(file, `there are bytes before ${name} that belong to no tensor`)
    end += tensor.sizeBytes
    if (end > file.sizeBytes)
      throw damaged(file, `it is cut off in ${name}: ${file.sizeBytes} bytes of at least ${end}`)
  }
  if (end < file.sizeBytes)
    throw damaged(file, `${file.sizeBytes - end} bytes at its end belong to no tensor`)
}

function tensorNamed(file: WeightFile, tensors: ReadonlyMap<string, TensorInfo>, name: string): TensorInfo {
  const tensor = tensors.get(name)
  if (!tensor) throw new UserError('not_found', `${file.path} has no tensor ${name}.`)
  return tensor
}

function readTensor(file: WeightFile, name: string, { dtype, shape, position }: TensorInfo): Float32Array {
  const format = floatFormats.get(dtype)
  if (!format) throw wrongDtype(file, name, dtype, [...floatFormats.keys()].join(', '))
  return readNumbers(file, name, { position, count: elementCount(shape), format })
}

function readInt32(file: WeightFile, name: string, { dtype, position, sizeBytes }: TensorInfo): Int32Array {
  if (dtype !== 'I32') throw wrongDtype(file, name, dtype, 'I32')
  return new Int32Array(readRange(file, position, sizeBytes).buffer)
}

function wrongDtype(file: WeightFile, name: string, dtype: string, supported: string): UserError {
  const message = `${file.path}: ${name} is stored as ${dtype}, but only ${supported} can be read here. Save the model in a supported format.`
  return new UserError('bad_input', message)
}

/**
 * Writes the whole file or none; equal tensors and metadata give equal bytes, whatever their order.
 * @throws UserError `out_of_space` when the disk is full, `bad_input` for a value that the dtype cannot hold; nothing is
 * changed then
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, safetensorsChunks(path, tensors, metadata))
}

/** The file's bytes, for a caller that writes them. @param path names the file in messages */
export async function* safetensorsChunks(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  const sorted = [...tensors].sort((a, b) => compare(a.name, b.name))
  yield encodeHeader(sorted, metadata)
  for (const { name, dtype = 'F32', shape, data } of sorted) {
    const values = await data()
    assert((dtype === 'I32') === values instanceof Int32Array, `${name} is not ${dtype}`)
    assert(values.length === elementCount(shape), `${name}: ${values.length} values for ${shapeText(shape)}`)
    if (dtype === 'BF16' || dtype === 'F16') yield* encodedChunks(path, name, dtype, values as Float32Array)
    else yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  }
}

/** Padded with spaces so that the tensors are aligned to 8 bytes. */
function encodeHeader(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = []
  if (Object.keys(metadata).length > 0)
    entries.push([
      metadataKey,
      Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compare(a, b))),
    ])
  let end = 0
  for (const { name, dtype = 'F32', shape } of tensors) {
    const start = end
    end += tensorBytes({ shape, dtype })
    entries.push([name, { dtype, shape, data_offsets: [start, end] }])
  }
  const header = Object.fromEntries(entries)
  assert(Object.keys(header).length === entries.length, 'two tensors have the same name')
  const json = Buffer.from(JSON.stringify(header))
  const padded = Buffer.alloc(lengthBytes + Math.ceil(json.length / 8) * 8, ' ')
  padded.writeBigUInt64LE(BigInt(padded.length - lengthBytes))
  json.copy(padded, lengthBytes)
  return padded
}

/** By UTF-16 code unit: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Bytes of a tensor in a file. */
export function tensorBytes({ shape, dtype = 'F32' }: Pick<TensorToWrite, 'shape' | 'dtype'>): number {
  return (bitsOf.get(dtype)! / 8) * elementCount(shape)
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1)
}

/** As people write it: `49152×576`; a scalar is `()`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? '()' : shape.join('×')
}
