/** How many numbers a model has and how many operations it needs, counted from its configuration alone. */
import type { ModelConfig } from '../engine/model/config.ts'
import { linearLayers, parameterShapes } from '../engine/model/config.ts'

/** A model as it is on disk. */
export interface SizedModel {
  config: ModelConfig
  /** Whether it has a scalar head, as reward models have. */
  hasHead: boolean
}

/** What one step computes and moves, on average over the run. */
export interface StepWork {
  /** Floating-point operations. */
  flops: number
  /** Bytes of weights and caches read, which is what generation waits for. */
  bytes: number
  /** Calls of compiled functions, which is what small models wait for. */
  calls: number
}

export const bytesPerNumber = 4

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** Numbers of the model without a head. */
export function numbersOf(config: ModelConfig): number {
  return sum([...parameterShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1)))
}

export function adapterNumbers(config: ModelConfig, rank: number): number {
  return sum([...linearLayers(config).values()].map(({ input, output }) => rank * (input + output)))
}

/** A separate output matrix, which scalar models do not use. */
function outputMatrixNumbers({ tiedEmbeddings, headless, vocabSize, hiddenSize }: ModelConfig): number {
  return tiedEmbeddings || headless ? 0 : vocabSize * hiddenSize
}

/** The model as it is on disk, its head included. */
export function startNumbers({ config, hasHead }: SizedModel): number {
  return numbersOf(config) + (hasHead ? config.hiddenSize : 0)
}

/** What is trained of a model: adapters or all weights; if it is scalar, with its head and without the output matrix. */
export function trainedNumbers(config: ModelConfig, loraRank: number | null, isScalar: boolean): number {
  const head = isScalar ? config.hiddenSize : 0
  if (loraRank !== null) return adapterNumbers(config, loraRank) + head
  return numbersOf(config) + head - (isScalar ? outputMatrixNumbers(config) : 0)
}

/**
 * Kaplan et al. 2020 (section 2.1): 2 operations per weight and token forwards, twice that backwards; and attention's
 * scores and sums over the whole padded length.
 * @param logitRows rows for which logits are computed
 */
export function forwardFlops(config: ModelConfig, rows: number, length: number, logitRows: number): number {
  const { numLayers, numHeads, headDim, vocabSize, hiddenSize } = config
  const weights = sum([...linearLayers(config).values()].map(({ input, output }) => input * output))
  const attention = 2 * numLayers * numHeads * headDim * length
  return 2 * (rows * length * (weights + attention) + logitRows * vocabSize * hiddenSize)
}

/** Forward passes that a training pass costs; frozen weights have no gradients. */
export function passCost({
  loraRank,
  gradientCheckpointing,
}: {
  loraRank: number | null
  gradientCheckpointing: boolean
}): number {
  return (loraRank === null ? 3 : 2) + (gradientCheckpointing ? 1 : 0)
}

/** The optimizer reads and writes weights, both moments and gradients. */
export function optimizerBytes(trained: number): number {
  return 7 * trained * bytesPerNumber
}

/** One batch of responses: the prompts at once, then token by token, each of which reads all weights and the cache. */
export function generationWork(config: ModelConfig, rows: number, query: number, fresh: number): StepWork {
  const { numLayers, numKvHeads, headDim } = config
  const cache = 2 * numLayers * rows * numKvHeads * headDim * (query + fresh)
  return {
    flops: forwardFlops(config, rows, query, rows) + fresh * forwardFlops(config, rows, 1, rows),
    bytes: fresh * bytesPerNumber * (numbersOf(config) + cache),
    calls: fresh,
  }
}
