/**
 * llama.cpp's blocks of 32 values with a common scale, decoded to float32 exactly and, for Q8_0, encoded. Layouts:
 * `block_q4_0` to `block_q8_0` and `block_iq4_nl` in ggml-common.h.
 *
 * The decoders take whole blocks, and write one number per value. A product of a half and a small integer is exact
 * in float32, so the order of operations cannot matter.
 */
import { halfTable, toHalf } from './half.ts'

/** A block: scale d (F16), then 16 bytes whose low nibbles are values 0 to 15, high ones 16 to 31: (q - 8) d. */
export function decodeQ40(bytes: Uint8Array, out: Float32Array): void {
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
export function decodeQ41(bytes: Uint8Array, out: Float32Array): void {
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

/** The 32 bits that start at a byte. */
function bitsAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** A block: scale d (F16), bit 4 of each value (32 bits), then nibbles as in Q4_0: (q - 16) d. */
export function decodeQ50(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 22, o += 32) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    const high = bitsAt(bytes, at + 2)
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 6 + i]!
      out[o + i] = (((pair & 15) | (((high >> i) & 1) << 4)) - 16) * d
      out[o + 16 + i] = (((pair >> 4) | (((high >> (i + 16)) & 1) << 4)) - 16) * d
    }
  }
}

/** A block: scale d and minimum m (F16), bit 4 of each value (32 bits), then nibbles as in Q4_0: q d + m. */
export function decodeQ51(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 24, o += 32) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    const m = table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!
    const high = bitsAt(bytes, at + 4)
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 8 + i]!
      out[o + i] = ((pair & 15) | (((high >> i) & 1) << 4)) * d + m
      out[o + 16 + i] = ((pair >> 4) | (((high >> (i + 16)) & 1) << 4)) * d + m
    }
  }
}

/** A block: scale d (F16), then 32 signed bytes: q d. */
export function decodeQ80(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const table = halfTable()
  const signed = new Int8Array(bytes.buffer)
  for (let at = 0, o = 0; o < out.length; at += 34, o += 32) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    for (let i = 0; i < 32; i++) out[o + i] = signed[at + 2 + i]! * d
  }
}

/**
 * As ggml-quants.c's `quantize_row_q8_0_ref` does it: d is the largest magnitude over 127, and q is x over the
 * float32 d, rounded half away from zero. A d beyond the halves becomes infinity.
 */
export function encodeQ80(values: Float32Array, bytes: Uint8Array): void {
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0, o = 0; o < values.length; at += 34, o += 32) {
    let largest = 0
    for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[o + i]!))
    const d = Math.fround(largest / 127)
    const half = toHalf(d)
    bytes[at] = half & 255
    bytes[at + 1] = half >> 8
    const inverse = Math.fround(1 / d)
    const usable = Number.isFinite(inverse) ? inverse : 0 // a d that is zero, or so small that its half is zero
    for (let i = 0; i < 32; i++) {
      const scaled = Math.fround(values[o + i]! * usable)
      signed[at + 2 + i] = scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5)
    }
  }
}

/** What the 16 codes of IQ4_NL and IQ4_XS stand for (`kvalues_iq4nl`). */
export const nonLinearCodes = Int8Array.of(
  ...[-127, -104, -83, -65, -49, -35, -22, -10],
  ...[1, 13, 25, 38, 53, 69, 89, 113],
)

/** A block: scale d (F16), then nibbles as in Q4_0, which are codes: code d. */
export function decodeIq4Nl(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  const codes = nonLinearCodes
  for (let at = 0, o = 0; o < out.length; at += 18, o += 32) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 2 + i]!
      out[o + i] = codes[pair & 15]! * d
      out[o + 16 + i] = codes[pair >> 4]! * d
    }
  }
}
