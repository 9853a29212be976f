/** A matrix in 8 bits: small integers and a scale per block, from which every float32 value follows exactly. */

import type { BlockScales } from '../../formats/gguf-scales.ts'
import type { PackedContent } from '../../runtime/packed-matrix.ts'

/**
 * @param values (rows, columns)
 * @param blocks along the rows
 * @returns null if a value does not follow exactly
 */
export function packValues(
  values: Float32Array,
  shape: readonly [rows: number, columns: number],
  blocks: BlockScales,
): PackedContent | null {
  const { blockSize, scales, minima } = blocks
  const codes = new Int8Array(values.length)
  for (let block = 0; block < scales.length; block++) {
    const [scale, minimum] = [scales[block]!, minima?.[block] ?? 0]
    const inverse = scale === 0 ? 0 : 1 / scale
    for (let i = block * blockSize; i < (block + 1) * blockSize; i++) {
      const code = Math.round((values[i]! + minimum) * inverse)
      codes[i] = code
      if (Math.fround(codes[i]! * scale - minimum) !== values[i]!) return null
    }
  }
  return { ...blocks, shape, codes }
}
