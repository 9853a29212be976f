/** The scales of the blocks of a tensor in a GGUF file. */
import { type ScaleArrays, scaleFormats } from './block-scales.ts'
import type { Gguf } from './gguf.ts'
import { type NumberFormat, numberFormats } from './number-formats.ts'
import { openWeightFile, readInto } from './weight-file.ts'

export interface BlockScales {
  /** Values along a row that share a scale. */
  blockSize: number
  /** In the file's order. */
  scales: Float32Array
  /** As `scales`, or null if every minimum is zero. */
  minima: Float32Array | null
}

const formats: Readonly<Record<string, NumberFormat | undefined>> = numberFormats
const chunkBlocks = 1 << 12

/** @returns null if the tensor's format has no place in `scaleFormats` */
export function readBlockScales(gguf: Gguf, name: string): BlockScales | null {
  const { type, shape, file: path, position } = gguf.tensors.get(name)!
  const [format, scaleFormat] = [formats[type], scaleFormats[type]]
  if (!format || !scaleFormat) return null
  const file = openWeightFile(path)
  const { blockSize, hasMinima, read } = scaleFormat
  const blocks = shape.reduce((product, n) => product * n, 1) / format.blockSize
  const perBlock = format.blockSize / blockSize
  const into: ScaleArrays = {
    scales: new Float32Array(blocks * perBlock),
    minima: new Float32Array(hasMinima ? blocks * perBlock : 0),
  }
  const chunk = new Uint8Array(Math.min(blocks, chunkBlocks) * format.blockBytes)
  for (let first = 0; first < blocks; first += chunkBlocks) {
    const count = Math.min(chunkBlocks, blocks - first)
    const bytes = chunk.subarray(0, count * format.blockBytes)
    readInto(file, position + first * format.blockBytes, bytes)
    for (let i = 0; i < count; i++) read(bytes, i * format.blockBytes, into, (first + i) * perBlock)
  }
  return { blockSize, scales: into.scales, minima: hasMinima ? into.minima : null }
}
