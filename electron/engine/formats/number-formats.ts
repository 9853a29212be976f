/**
 * The number formats of weight files, one row each: decoded to float32 exactly, and some of them written. Formats
 * with blocks are llama.cpp's (`block-quants.ts`, `k-quants.ts`). Little-endian, as the files are.
 */
import assert from 'node:assert/strict'
import { endianness } from 'node:os'
import { UserError } from '../../contract/errors.ts'
import {
  decodeIq4Nl,
  decodeQ40,
  decodeQ41,
  decodeQ50,
  decodeQ51,
  decodeQ80,
  encodeQ80,
} from './block-quants.ts'
import { halfBits, halfTable } from './half.ts'
import { decodeIq4Xs, decodeQ2K, decodeQ3K, decodeQ4K, decodeQ5K, decodeQ6K } from './k-quants.ts'
import { readInto, type WeightFile } from './weight-file.ts'

assert(endianness() === 'LE', 'weight files are little-endian, and this machine is not')

export interface NumberFormat {
  /** Values that share one block. */
  readonly blockSize: number
  readonly blockBytes: number
  /** Decodes whole blocks. @param bytes start at the start of their buffer @param out one place per value */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>, out: Float32Array) => void
}

export interface WritableNumberFormat extends NumberFormat {
  /**
   * Encodes whole blocks, to the nearest. A value beyond the format's range becomes infinite.
   * @param bytes start at the start of their buffer
   */
  readonly encode: (values: Float32Array, bytes: Uint8Array<ArrayBuffer>) => void
}

export const numberFormats = {
  F32: { blockSize: 1, blockBytes: 4, decode: decodeF32, encode: encodeF32 },
  F64: { blockSize: 1, blockBytes: 8, decode: decodeF64 },
  F16: { blockSize: 1, blockBytes: 2, decode: decodeF16, encode: encodeF16 },
  BF16: { blockSize: 1, blockBytes: 2, decode: decodeBf16, encode: encodeBf16 },
  Q4_0: { blockSize: 32, blockBytes: 18, decode: decodeQ40 },
  Q4_1: { blockSize: 32, blockBytes: 20, decode: decodeQ41 },
  Q5_0: { blockSize: 32, blockBytes: 22, decode: decodeQ50 },
  Q5_1: { blockSize: 32, blockBytes: 24, decode: decodeQ51 },
  Q8_0: { blockSize: 32, blockBytes: 34, decode: decodeQ80, encode: encodeQ80 },
  IQ4_NL: { blockSize: 32, blockBytes: 18, decode: decodeIq4Nl },
  Q2_K: { blockSize: 256, blockBytes: 84, decode: decodeQ2K },
  Q3_K: { blockSize: 256, blockBytes: 110, decode: decodeQ3K },
  Q4_K: { blockSize: 256, blockBytes: 144, decode: decodeQ4K },
  Q5_K: { blockSize: 256, blockBytes: 176, decode: decodeQ5K },
  Q6_K: { blockSize: 256, blockBytes: 210, decode: decodeQ6K },
  IQ4_XS: { blockSize: 256, blockBytes: 136, decode: decodeIq4Xs },
} satisfies Record<string, NumberFormat | WritableNumberFormat>

/** The formats that can be written. */
export type WritableFormat = {
  [name in keyof typeof numberFormats]: (typeof numberFormats)[name] extends WritableNumberFormat
    ? name
    : never
}[keyof typeof numberFormats]

/** Large enough to keep the disk busy, and so small that the decoded values are still in the processor's cache. */
const chunkBytes = 1 << 18

/**
 * Reads and decodes `count` values that start at byte `position`, in parts, so that the encoded bytes are never
 * all in memory.
 * @param tensor its name, for errors
 * @throws UserError when a value is not finite
 */
export function readNumbers(
  file: WeightFile,
  tensor: string,
  { position, count, format }: { position: number; count: number; format: NumberFormat },
): Float32Array<ArrayBuffer> {
  const values = alignedValues(count)
  const { blockSize, blockBytes, decode } = format
  const step = Math.min(count, Math.floor(chunkBytes / blockBytes) * blockSize)
  const chunk = new Uint8Array((step / blockSize) * blockBytes)
  let areFinite = true
  for (let at = 0; at < count; at += step) {
    const n = Math.min(step, count - at)
    const bytes = chunk.subarray(0, (n / blockSize) * blockBytes)
    const part = values.subarray(at, at + n)
    readInto(file, position + (at / blockSize) * blockBytes, bytes)
    decode(bytes, part)
    areFinite &&= allFinite(part)
  }
  if (!areFinite) throw notFinite(values, file, tensor)
  return values
}

/** Large blocks of glibc begin 16 bytes into a page. */
const allocatorHeaderBytes = 16
const alignmentBytes = 64

/**
 * Memory for values that TensorFlow can take over if it happens to be aligned to 64 bytes; otherwise it copies them,
 * which costs as much as reading them. Nothing depends on it but the time.
 */
function alignedValues(count: number): Float32Array<ArrayBuffer> {
  const offset = alignmentBytes - allocatorHeaderBytes
  return new Float32Array(new ArrayBuffer(offset + 4 * count), offset, count)
}

function allFinite(values: Float32Array): boolean {
  // NaN if any value is not finite. Four sums, because each addition waits for the one before it.
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = values.length - (values.length % 4)
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! * 0
    b += values[i + 1]! * 0
    c += values[i + 2]! * 0
    d += values[i + 3]! * 0
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * 0
  return a + b + c + d === 0
}

function notFinite(values: Float32Array, file: WeightFile, tensor: string): UserError {
  const first = values.findIndex((value) => !Number.isFinite(value))
  const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0)
  const what = `${count} of the ${values.length} values of ${tensor} are not finite numbers (at index ${first}: ${values[first]})`
  const remedy = 'Its training diverged or the file is damaged: use an earlier checkpoint or another copy.'
  return new UserError('bad_input', `${file.path} cannot be used: ${what}. ${remedy}`)
}

function decodeF32({ buffer }: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  out.set(new Float32Array(buffer, 0, out.length))
}

function encodeF32(values: Float32Array, { buffer }: Uint8Array<ArrayBuffer>): void {
  new Float32Array(buffer, 0, values.length).set(values)
}

function decodeF64({ buffer }: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  out.set(new Float64Array(buffer, 0, out.length))
}

function decodeF16(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const table = halfTable()
  const bits = new Uint16Array(bytes.buffer)
  for (let i = 0; i < out.length; i++) out[i] = table[bits[i]!]!
}

/** bfloat16 is the upper half of a float32. */
function decodeBf16(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const bits = new Uint16Array(bytes.buffer)
  const outBits = bitsOf(out)
  for (let i = 0; i < out.length; i++) outBits[i] = bits[i]! << 16
}

/** The bits of float32 values. */
function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length)
}

function encodeF16(values: Float32Array, { buffer }: Uint8Array<ArrayBuffer>): void {
  const bits = bitsOf(values)
  const out = new Uint16Array(buffer, 0, values.length)
  for (let i = 0; i < bits.length; i++) out[i] = halfBits(bits[i]!)
}

/** Ties to even, as PyTorch rounds. */
function encodeBf16(values: Float32Array, { buffer }: Uint8Array<ArrayBuffer>): void {
  const bits = bitsOf(values)
  const out = new Uint16Array(buffer, 0, values.length)
  for (let i = 0; i < bits.length; i++) out[i] = (bits[i]! + 0x7fff + ((bits[i]! >>> 16) & 1)) >>> 16
}
