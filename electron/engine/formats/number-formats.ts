/**
 * The number formats of weight files, decoded to float32 exactly. Blocks of 32 values with a common scale are
 * llama.cpp's (`block_q4_0`, `block_q4_1` and `block_q8_0` in ggml-common.h). Little-endian, as the files are.
 */
import assert from 'node:assert/strict'
import { endianness } from 'node:os'
import { UserError } from '../../contract/errors.ts'
import { readInto, type WeightFile } from './weight-file.ts'

assert(endianness() === 'LE', 'weight files are little-endian, and this machine is not')

export interface NumberFormat {
  /** Values that share one block. */
  readonly blockSize: number
  readonly blockBytes: number
  /** Decodes whole blocks. @param bytes start at the start of their buffer @param out one place per value */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>, out: Float32Array) => void
}

export const numberFormats = {
  F32: {
    blockSize: 1,
    blockBytes: 4,
    decode: ({ buffer }, out) => out.set(new Float32Array(buffer, 0, out.length)),
  },
  F64: {
    blockSize: 1,
    blockBytes: 8,
    decode: ({ buffer }, out) => out.set(new Float64Array(buffer, 0, out.length)),
  },
  F16: { blockSize: 1, blockBytes: 2, decode: decodeF16 },
  BF16: { blockSize: 1, blockBytes: 2, decode: decodeBf16 },
  Q4_0: { blockSize: 32, blockBytes: 18, decode: decodeQ40 },
  Q4_1: { blockSize: 32, blockBytes: 20, decode: decodeQ41 },
  Q8_0: { blockSize: 32, blockBytes: 34, decode: decodeQ80 },
} satisfies Record<string, NumberFormat>

/** Large enough to keep the disk busy, and small compared with any tensor worth reading in parts. */
const chunkBytes = 1 << 22

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
  const values = new Float32Array(count)
  const { blockSize, blockBytes, decode } = format
  const step = Math.min(count, Math.floor(chunkBytes / blockBytes) * blockSize)
  const chunk = new Uint8Array((step / blockSize) * blockBytes)
  for (let at = 0; at < count; at += step) {
    const n = Math.min(step, count - at)
    const bytes = chunk.subarray(0, (n / blockSize) * blockBytes)
    readInto(file, position + (at / blockSize) * blockBytes, bytes)
    decode(bytes, values.subarray(at, at + n))
  }
  refuseNonFinite(values, file, tensor)
  return values
}

function refuseNonFinite(values: Float32Array, file: WeightFile, tensor: string): void {
  let zero = 0
  for (let i = 0; i < values.length; i++) zero += values[i]! * 0 // NaN if any value is not finite
  if (zero === 0) return
  const first = values.findIndex((value) => !Number.isFinite(value))
  const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0)
  const what = `${count} of the ${values.length} values of ${tensor} are not finite numbers (at index ${first}: ${values[first]})`
  const remedy = 'Its training diverged or the file is damaged: use an earlier checkpoint or another copy.'
  throw new UserError('bad_input', `${file.path} cannot be used: ${what}. ${remedy}`)
}

let halves: Float32Array | undefined

/** The value of every 16-bit pattern of IEEE 754 binary16. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    if (exponent === 0) return sign * fraction * 2 ** -24
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
    return sign * (1024 + fraction) * 2 ** (exponent - 25)
  })
  return halves
}

function decodeF16(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const table = halfTable()
  const bits = new Uint16Array(bytes.buffer)
  for (let i = 0; i < out.length; i++) out[i] = table[bits[i]!]!
}

/** bfloat16 is the upper half of a float32. */
function decodeBf16(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const bits = new Uint16Array(bytes.buffer)
  const outBits = new Uint32Array(out.buffer, out.byteOffset, out.length)
  for (let i = 0; i < out.length; i++) outBits[i] = bits[i]! << 16
}

/** A block: scale d (F16), then 16 bytes whose low nibbles are values 0 to 15, high ones 16 to 31: (q - 8) d. */
function decodeQ40(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 18, o += 32) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 2 + i]!
      out[o + i] = ((pair & 15) - 8) * d
      out[o + 16 + i] = ((pair >> 4) - 8) * d
    }
  }
}

/** A block: scale d and minimum m (F16), then nibbles as in Q4_0: q d + m. */
function decodeQ41(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 20, o += 32) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    const m = table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 4 + i]!
      out[o + i] = (pair & 15) * d + m
      out[o + 16 + i] = (pair >> 4) * d + m
    }
  }
}

/** A block: scale d (F16), then 32 signed bytes: q d. */
function decodeQ80(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const table = halfTable()
  const signed = new Int8Array(bytes.buffer)
  for (let at = 0, o = 0; o < out.length; at += 34, o += 32) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    for (let i = 0; i < 32; i++) out[o + i] = signed[at + 2 + i]! * d
  }
}
