/**
 * Where a model's parameters are in a GGUF file, and how llama.cpp's layout becomes Hugging Face's. Source:
 * llama.cpp's convert_hf_to_gguf.py (`permute` of LlamaModel; the transposed Conv1D weights of GPT2Model).
 */

import type { Gguf } from '../../formats/gguf.ts'
import type { ModelConfig } from '../config.ts'
import type { Family, Parameter } from '../families/family.ts'

type Layout = 'same' | 'transposed' | 'interleaved'

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
  { role, isRotated }: Parameter,
  architecture: unknown,
): Layout {
  if (isRotated && gguf.interleavedArchitectures.some((name) => name === architecture)) return 'interleaved'
  const isLinear = role === 'linear' || role === 'residual'
  return isLinear && linearLayout === 'in-out' ? 'transposed' : 'same'
}

/** @returns the parameter's values in Hugging Face's layout, row-major */
export function readGgufParameter(gguf: Gguf, parameter: GgufParameter, config: ModelConfig): Float32Array {
  const values = gguf.readTensor(parameter.name)
  if (parameter.layout === 'transposed') return transposed(values, parameter.shape)
  return parameter.layout === 'interleaved' ? halved(values, parameter.shape, config.headDim) : values
}

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
 * Rows of a head that rotate together, (i, i + H/2) for Hugging Face, are neighbours (2i, 2i + 1) in the file.
 * @param shape (heads*H, C), or (heads*H) of a bias
 */
function halved(values: Float32Array, shape: readonly number[], headDim: number): Float32Array {
  const [rows, columns = 1] = shape as [number, number?]
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim
    const source = row - inHead + (inHead < headDim / 2 ? 2 * inHead : 2 * (inHead - headDim / 2) + 1)
    out.set(values.subarray(source * columns, (source + 1) * columns), row * columns)
  }
  return out
}
