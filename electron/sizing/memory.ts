/**
 * How much memory a training run needs at most on the compiled runtime, from shapes alone, before anything is created.
 * Counted are: numbers held throughout (weights, optimizer moments), numbers held during a step (gradients, what
 * the backward pass keeps of each layer, logits), the KV cache, and the runtime itself. Kept activations are counted
 * op by op; `test/sizing/memory.test.ts` compares the sum with what processes really use.
 */
import type { ModelConfig } from '../engine/model/config.ts'
import { families } from '../engine/model/families/index.ts'
import { maxLogits } from '../engine/model/limits.ts'
import { bytesPerNumber } from './counts.ts'

/** Bytes, by what they are for. */
export interface MemoryUse {
  weights: number
  moments: number
  gradients: number
  activations: number
  logits: number
  cache: number
  runtime: number
}

/** One forward and backward pass. */
export interface PassShape {
  config: ModelConfig
  /** Sequences and their padded length, in tokens. */
  rows: number
  length: number
  /** Rows of logits that are computed; 0 for reward models. */
  logitRows: number
  recomputeLayers: boolean
}

export interface TrainingShape {
  /** Passes that are differentiated together: the policy's, and a value model's if it has a separate trunk. */
  passes: PassShape[]
  /** Numbers of all models held, each once. */
  heldNumbers: number
  /** Numbers that are trained. */
  trainedNumbers: number
  /** Whether gradients are summed over micro-batches. */
  accumulates: boolean
  /** Sequences and slots of the KV cache; null without generation. */
  generation: { config: ModelConfig; rows: number; slots: number } | null
}

/** Node, TensorFlow's libraries and what XLA needs to compile: measured with a model of negligible size. */
const runtimeBytes = 0.65e9

export function trainingMemory(shape: TrainingShape): MemoryUse {
  const { passes, heldNumbers, trainedNumbers, accumulates, generation } = shape
  const sumOf = (of: (pass: PassShape) => number) => passes.reduce((sum, pass) => sum + of(pass), 0)
  return {
    weights: heldNumbers * bytesPerNumber,
    moments: 2 * trainedNumbers * bytesPerNumber,
    gradients: (accumulates ? 2 : 1) * trainedNumbers * bytesPerNumber,
    activations: sumOf(activationNumbers) * bytesPerNumber,
    // The logits and their gradient.
    logits: 2 * sumOf((pass) => Math.min(maxLogits, pass.logitRows * pass.config.vocabSize)) * bytesPerNumber,
    cache: generation === null ? 0 : cacheNumbers(generation) * bytesPerNumber,
    runtime: runtimeBytes,
  }
}

/** With recomputation each layer keeps its input, and one layer at a time everything that its two passes need. */
function activationNumbers({ config, rows, length, recomputeLayers }: PassShape): number {
  const tokens = rows * length
  const ofLayer = tokens * families[config.family].activationsPerToken(config, length)
  if (!recomputeLayers) return config.numLayers * ofLayer
  return config.numLayers * tokens * config.hiddenSize + 2 * ofLayer
}

function cacheNumbers({ config, rows, slots }: NonNullable<TrainingShape['generation']>): number {
  return 2 * config.numLayers * rows * config.numKvHeads * slots * config.headDim
}

export function totalBytes(use: MemoryUse): number {
  return Object.values(use).reduce((sum, part) => sum + part, 0)
}
