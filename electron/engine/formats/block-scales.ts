/**
 * The scales and minima inside quantised blocks, one row per format that can stay in 8 bits: a value is
 * code · scale − minimum, where the code is a small integer. Layouts are in `block-quants.ts` and `k-quants.ts`.
 */
import { halfTable } from './half.ts'
import { minima, scales, unpackQ4Scales } from './k-quants.ts'

export interface ScaleFormat {
  /** Values that share one scale. */
  readonly blockSize: number
  readonly hasMinima: boolean
  /**
   * Of one block of the format.
   * @param at the block's first byte
   * @param into what is filled from index `o` on
   */
  readonly read: (bytes: Uint8Array, at: number, into: ScaleArrays, o: number) => void
}

export interface ScaleArrays {
  scales: Float32Array
  /** Empty if the format has none. */
  minima: Float32Array
}

/** By the format's name. */
export const scaleFormats: Readonly<Record<string, ScaleFormat | undefined>> = {
  Q4_0: { blockSize: 32, hasMinima: false, read: readOne },
  Q5_0: { blockSize: 32, hasMinima: false, read: readOne },
  Q8_0: { blockSize: 32, hasMinima: false, read: readOne },
  Q4_K: { blockSize: 32, hasMinima: true, read: readQ4K },
  Q5_K: { blockSize: 32, hasMinima: true, read: readQ4K },
  Q6_K: { blockSize: 16, hasMinima: false, read: readQ6K },
}

function halfAt(bytes: Uint8Array, at: number): number {
  return halfTable()[bytes[at]! | (bytes[at + 1]! << 8)]!
}

function readOne(bytes: Uint8Array, at: number, into: ScaleArrays, o: number): void {
  into.scales[o] = halfAt(bytes, at)
}

function readQ4K(bytes: Uint8Array, at: number, into: ScaleArrays, o: number): void {
  const [d, m] = [halfAt(bytes, at), halfAt(bytes, at + 2)]
  unpackQ4Scales(bytes, at + 4)
  for (let part = 0; part < 8; part++) {
    into.scales[o + part] = scales[part]! * d
    into.minima[o + part] = minima[part]! * m
  }
}

function readQ6K(bytes: Uint8Array, at: number, into: ScaleArrays, o: number): void {
  const d = halfAt(bytes, at + 208)
  for (let part = 0; part < 16; part++) into.scales[o + part] = ((bytes[at + 192 + part]! << 24) >> 24) * d
}
