/**
 * Attention that copies from the start, for tiny models that are trained from scratch: keys resemble queries, and the
 * value and output projections together are a multiple of the identity, so that a token attends to tokens like it and
 * passes on what they are. With random attention the preset `world` learns to copy from its prompt only after many
 * times more examples. It changes initial values only, never the model.
 * Source: Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers" (ICML 2023); the sign of the value
 * projection is that of language models.
 */
import { strict as assert } from 'node:assert'
import type { ModelConfig } from './config.ts'
import { families } from './families/index.ts'

/** Standard deviation of the embeddings of a random model. */
export const randomEmbedding = 0.02

export interface MimeticStart {
  /** Correlation of a key's weights with the query's: 0 is random, 1 the same weights. */
  likeness: number
  /** What the value and output projections together multiply by, without attention. */
  gain: number
  /** Standard deviation of the embeddings, so that what is copied weighs enough against what is random. */
  embedding: number
}

/**
 * The initial values of the embeddings and of every layer's attention, by name.
 *
 * @param config of a model of plain Llama's form, with as many key heads as query heads, whose heads span its width
 * @param randomValues of a matrix, (outputs, inputs), by name, with deviation 1/sqrt(inputs), or 0.02 for embeddings; they
 *   are changed
 */
export function makeMimetic(
  { family, numLayers, hiddenSize: size, numHeads, numKvHeads, headDim }: ModelConfig,
  { likeness, gain, embedding }: MimeticStart,
  randomValues: (name: string) => Float32Array,
): Map<string, Float32Array> {
  assert(
    numHeads === numKvHeads && numHeads * headDim === size,
    'The heads must span the width of the model.',
  )
  const { embedding: embeddingName, layerPrefix } = families[family]
  const rest = Math.sqrt(1 - likeness * likeness)
  const layers = Array.from({ length: numLayers }, (_, layer) => {
    const nameOf = (letter: string) => `${layerPrefix(layer)}self_attn.${letter}_proj.weight`
    const q = randomValues(nameOf('q'))
    const k = randomValues(nameOf('k')).map((value, i) => likeness * q[i]! + rest * value)
    const v = orthogonalRows(randomValues(nameOf('v')), size)
    const o = v.map((_, i) => gain * v[(i % size) * size + Math.floor(i / size)]!)
    return Object.entries({ q, k, v, o }).map(([letter, values]) => [nameOf(letter), values] as const)
  })
  const embeddings = randomValues(embeddingName).map((value) => (embedding / randomEmbedding) * value)
  return new Map([[embeddingName, embeddings], ...layers.flat()])
}

/** Makes the rows of a (size, size) matrix orthonormal, in place, by the Gram-Schmidt process in its stable form. */
function orthogonalRows(matrix: Float32Array, size: number): Float32Array {
  const rows = Array.from({ length: size }, (_, i) => matrix.subarray(i * size, (i + 1) * size))
  for (const [i, row] of rows.entries()) {
    for (const earlier of rows.slice(0, i)) {
      const along = dot(row, earlier)
      for (let j = 0; j < size; j++) row[j]! -= along * earlier[j]!
    }
    const length = Math.sqrt(dot(row, row))
    for (let j = 0; j < size; j++) row[j]! /= length
  }
  return matrix
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
