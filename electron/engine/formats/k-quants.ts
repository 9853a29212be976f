/**
 * llama.cpp's super-blocks of 256 values, decoded to float32 exactly: a scale (and for some a minimum) for the
 * super-block, and a small integer that multiplies it for each 16 or 32 values. Layouts: `block_q2_K` to `block_q6_K`
 * and `block_iq4_xs` in ggml-common.h.
 *
 * The decoders take whole super-blocks, and write one number per value. Products of the scale with both integers
 * have at most 24 bits, so they are exact; the one rounding is that of subtracting the minimum.
 */
import { nonLinearCodes } from './block-quants.ts'
import { halfTable } from './half.ts'

/** Scales of the parts of one super-block, and their minima, unpacked. */
export const scales = new Int32Array(16)
export const minima = new Int32Array(8)

/**
 * scales (16 bytes: low nibble the scale, high nibble the minimum of 16 values), q (64 bytes, 2 bits per value),
 * d and m (F16): q (scale d) - minimum m. Byte l of a half has the values l, l + 32, l + 64 and l + 96 of 128.
 */
export function decodeQ2K(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 84) {
    const d = table[bytes[at + 80]! | (bytes[at + 81]! << 8)]!
    const m = table[bytes[at + 82]! | (bytes[at + 83]! << 8)]!
    for (let part = 0; part < 16; part++, o += 16) {
      const packed = bytes[at + part]!
      const [scale, minimum] = [(packed & 15) * d, (packed >> 4) * m]
      const shift = part & 6
      const q = at + 16 + ((part >> 3) << 5) + ((part & 1) << 4)
      for (let i = 0; i < 16; i++) out[o + i] = ((bytes[q + i]! >> shift) & 3) * scale - minimum
    }
  }
}

/**
 * High bits (32 bytes), low bits of q (64 bytes, as in Q2_K), 16 scales of 6 bits (12 bytes), d (F16):
 * (q - 4) (scale - 32) d. Bit n of high byte l belongs to value l of the n-th 32.
 */
export function decodeQ3K(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 110) {
    const d = table[bytes[at + 108]! | (bytes[at + 109]! << 8)]!
    unpackQ3Scales(bytes, at + 96)
    for (let part = 0; part < 16; part++, o += 16) {
      const scale = scales[part]! * d
      const [bit, shift] = [part >> 1, part & 6]
      const high = at + ((part & 1) << 4)
      const q = high + 32 + ((part >> 3) << 5)
      for (let i = 0; i < 16; i++) {
        const low = (bytes[q + i]! >> shift) & 3
        out[o + i] = ((low | (((bytes[high + i]! >> bit) & 1) << 2)) - 4) * scale
      }
    }
  }
}

/** The low four bits of scales i and i + 8 are in byte i, the high two of every fourth in one of the last four. */
function unpackQ3Scales(bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const low = i < 8 ? bytes[at + i]! & 15 : bytes[at + i - 8]! >> 4
    const high = (bytes[at + 8 + (i & 3)]! >> (2 * (i >> 2))) & 3
    scales[i] = (low | (high << 4)) - 32
  }
}

/** Eight scales and eight minima of 6 bits in 12 bytes, of Q4_K and Q5_K, into `scales` and `minima`. */
export function unpackQ4Scales(bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 4; i++) {
    const [first, second, rest] = [bytes[at + i]!, bytes[at + 4 + i]!, bytes[at + 8 + i]!]
    scales[i] = first & 63
    minima[i] = second & 63
    scales[i + 4] = (rest & 15) | ((first >> 2) & 48)
    minima[i + 4] = (rest >> 4) | ((second >> 2) & 48)
  }
}

/**
 * d and m (F16), scales and minima of 32 values (12 bytes), q (128 bytes, nibbles): q (scale d) - minimum m. The low
 * nibbles of 32 bytes are 32 values, their high nibbles the next 32.
 */
export function decodeQ4K(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 144) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    const m = table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!
    unpackQ4Scales(bytes, at + 4)
    for (let part = 0, q = at + 16; part < 8; part += 2, q += 32, o += 64) {
      const [scale, minimum] = [scales[part]! * d, minima[part]! * m]
      const [nextScale, nextMinimum] = [scales[part + 1]! * d, minima[part + 1]! * m]
      for (let i = 0; i < 32; i++) {
        const pair = bytes[q + i]!
        out[o + i] = (pair & 15) * scale - minimum
        out[o + 32 + i] = (pair >> 4) * nextScale - nextMinimum
      }
    }
  }
}

/** As Q4_K, with bit 4 of the values in 32 bytes before q: bit n of byte l belongs to value l of the n-th 32. */
export function decodeQ5K(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  for (let at = 0, o = 0; o < out.length; at += 176) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    const m = table[bytes[at + 2]! | (bytes[at + 3]! << 8)]!
    unpackQ4Scales(bytes, at + 4)
    for (let part = 0, q = at + 48; part < 8; part += 2, q += 32, o += 64) {
      const [scale, minimum] = [scales[part]! * d, minima[part]! * m]
      const [nextScale, nextMinimum] = [scales[part + 1]! * d, minima[part + 1]! * m]
      for (let i = 0; i < 32; i++) {
        const pair = bytes[q + i]!
        const high = bytes[at + 16 + i]! >> part
        out[o + i] = ((pair & 15) | ((high & 1) << 4)) * scale - minimum
        out[o + 32 + i] = ((pair >> 4) | ((high & 2) << 3)) * nextScale - nextMinimum
      }
    }
  }
}

/**
 * Low four bits of q (128 bytes), high two (64 bytes), scales of 16 values (16 signed bytes), d (F16):
 * (q - 32) scale d. In each half, byte l of 64 low ones has value l in its low nibble and l + 64 in its high one.
 */
export function decodeQ6K(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void {
  const table = halfTable()
  const signed = new Int8Array(bytes.buffer)
  for (let at = 0, o = 0; o < out.length; at += 210) {
    const d = table[bytes[at + 208]! | (bytes[at + 209]! << 8)]!
    for (let part = 0; part < 16; part++, o += 16) {
      const scale = signed[at + 192 + part]! * d
      const half = part >> 3
      const low = at + (half << 6) + ((part & 3) << 4)
      const high = at + 128 + (half << 5) + ((part & 1) << 4)
      const [lowShift, highShift] = [part & 4, part & 6]
      for (let i = 0; i < 16; i++) {
        const q = ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4)
        out[o + i] = (q - 32) * scale
      }
    }
  }
}

/**
 * d (F16), the high two bits of eight scales (16 bits), their low four (4 bytes), then 16 bytes for each 32 values,
 * whose nibbles are codes as in IQ4_NL: code (scale - 32) d.
 */
export function decodeIq4Xs(bytes: Uint8Array, out: Float32Array): void {
  const table = halfTable()
  const codes = nonLinearCodes
  for (let at = 0, o = 0; o < out.length; at += 136) {
    const d = table[bytes[at]! | (bytes[at + 1]! << 8)]!
    const highs = bytes[at + 2]! | (bytes[at + 3]! << 8)
    for (let part = 0, q = at + 8; part < 8; part++, q += 16, o += 32) {
      const low = (bytes[at + 4 + (part >> 1)]! >> (4 * (part & 1))) & 15
      const scale = ((low | (((highs >> (2 * part)) & 3) << 4)) - 32) * d
      for (let i = 0; i < 16; i++) {
        const pair = bytes[q + i]!
        out[o + i] = codes[pair & 15]! * scale
        out[o + 16 + i] = codes[pair >> 4]! * scale
      }
    }
  }
}
