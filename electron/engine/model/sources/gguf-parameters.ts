/**
 * Where a model's parameters are in a GGUF file, and how llama.cpp's layout becomes Hugging Face's and back. Source:
 * llama.cpp's convert_hf_to_gguf.py (`permute` of LlamaModel; the transposed Conv1D weights of GPT2Model; `query_key_value` of GPTNeoXModel).
 */

import type { Gguf } from '../../formats/gguf.ts'
import { readBlockScales } from '../../formats/gguf-scales.ts'
import type { PackedContent } from '../../runtime/packed-matrix.ts'
import type { ModelConfig } from '../config.ts'
import type { Family, Parameter } from '../families/family.ts'
import { packValues } from './packed-values.ts'

type Layout = keyof typeof layouts

export interface GgufParameter {
  /** The tensor's name in the file. */
  name: string
  /** Its shape there. */
  shape: number[]
  layout: Layout
}

/** @param architecture `general.architecture` */
export function ggufParameter(family: Family, parameter: Parameter, architecture: unknown): GgufParameter {
  const { ggufName: name, shape } = parameter
  const layout = layoutOf(family, parameter, architecture)
  return { name, shape: layout === 'transposed' ? shape.toReversed() : shape, layout }
}

function layoutOf(
  { linearLayout, gguf }: Family,
  { role, isRotated, isJoinedByHead }: Parameter,
  architecture: unknown,
): Layout {
  if (isRotated && gguf.interleavedArchitectures.some((name) => name === architecture)) return 'interleaved'
  if (isJoinedByHead) return 'joined by head'
  if (role === 'gain-less-one') return 'raised'
  const isLinear = role === 'linear' || role === 'residual'
  return isLinear && linearLayout === 'in-out' ? 'transposed' : 'same'
}

/** @returns the parameter's values in Hugging Face's layout, row-major */
export function readGgufParameter(gguf: Gguf, parameter: GgufParameter, config: ModelConfig): Float32Array {
  return layouts[parameter.layout].read(gguf.readTensor(parameter.name), parameter.shape, config)
}

/**
 * The parameter in 8 bits.
 * @returns null if it is not a matrix whose blocks stay along its rows, or its values do not follow exactly
 */
export function readPackedParameter(
  gguf: Gguf,
  parameter: GgufParameter,
  config: ModelConfig,
): PackedContent | null {
  const { name, shape, layout } = parameter
  const [rows, columns] = shape
  if (layout === 'transposed' || shape.length !== 2) return null
  const blocks = readBlockScales(gguf, name)
  if (!blocks) return null
  const inOrder = (perBlock: Float32Array) =>
    layouts[layout].read(perBlock, [rows!, columns! / blocks.blockSize], config)
  const values = readGgufParameter(gguf, parameter, config)
  return packValues(values, [rows!, columns!], {
    ...blocks,
    scales: inOrder(blocks.scales),
    minima: blocks.minima && inOrder(blocks.minima),
  })
}

/**
 * @param values in Hugging Face's layout, row-major
 * @returns the same in llama.cpp's layout, of the shape `parameter.shape`
 */
export function toGgufLayout(
  values: Float32Array,
  parameter: GgufParameter,
  config: ModelConfig,
): Float32Array {
  return layouts[parameter.layout].write(values, parameter.shape, config)
}

/** @param shape of the tensor in the file */
type Rearrange = (values: Float32Array, shape: readonly number[], config: ModelConfig) => Float32Array

/** From the file's order to Hugging Face's (`read`), and back (`write`). */
const layouts = {
  same: { read: (values) => values, write: (values) => values },
  transposed: {
    read: (values, shape) => transposed(values, shape),
    write: (values, shape) => transposed(values, shape.toReversed()),
  },
  interleaved: {
    read: (values, shape, { headDim }) => withRows(values, shape, (row) => interleavedRow(row, headDim)),
    write: (values, shape, { headDim }) => withRows(values, shape, (row) => halvedRow(row, headDim)),
  },
  'joined by head': {
    read: (values, shape, { headDim }) => withRows(values, shape, (row) => groupedRow(row, shape, headDim)),
    write: (values, shape, { headDim }) => withRows(values, shape, (row) => joinedRow(row, shape, headDim)),
  },
  raised: {
    read: (values) => values.map((gain) => gain - 1),
    write: (values) => values.map((gain) => gain + 1),
  },
} satisfies Record<string, { read: Rearrange; write: Rearrange }>

/** @param shape (rows, columns) of `values` */
function transposed(values: Float32Array, shape: readonly number[]): Float32Array {
  const [rows, columns] = shape as [number, number]
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column]!
  return out
}

/**
 * @param shape (rows, columns), or (rows) of a bias
 * @param source gives the row of `values` that becomes a row of the result
 */
function withRows(
  values: Float32Array,
  shape: readonly number[],
  source: (row: number) => number,
): Float32Array {
  const [rows, columns = 1] = shape as [number, number?]
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    const from = source(row) * columns
    out.set(values.subarray(from, from + columns), row * columns)
  }
  return out
}

/** Where the file has a row: those that rotate together, (i, i + H/2) for Hugging Face, are (2i, 2i + 1) there. */
function interleavedRow(row: number, headDim: number): number {
  const [inHead, half] = [row % headDim, headDim / 2]
  return row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1)
}

/** Where Hugging Face has a row of the file. */
function halvedRow(row: number, headDim: number): number {
  const inHead = row % headDim
  return row - inHead + (inHead >> 1) + (inHead & 1 ? headDim / 2 : 0)
}

/** Where the file has a row of (heads, q|k|v, H): there they are (q|k|v, heads, H). */
function groupedRow(row: number, [rows]: readonly number[], headDim: number): number {
  const heads = rows! / (3 * headDim)
  const [head, kind] = [Math.floor(row / (3 * headDim)), Math.floor(row / headDim) % 3]
  return (kind * heads + head) * headDim + (row % headDim)
}

/** Where Hugging Face has a row of the file. */
function joinedRow(row: number, [rows]: readonly number[], headDim: number): number {
  const heads = rows! / (3 * headDim)
  const [kind, head] = [Math.floor(row / (heads * headDim)), Math.floor(row / headDim) % heads]
  return (head * 3 + kind) * headDim + (row % headDim)
}
