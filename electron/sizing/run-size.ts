/**
 * How large a training run is, from its settings, the configurations of its models and the lengths of its texts alone:
 * what it holds in memory, how many steps it makes and how much is computed in one. The trainer checks its memory by
 * this before the first step, and the host says the same before a start.
 */
import type { DpoConfig, PpoConfig, RewardConfig, SftConfig } from '../contract/configs.ts'
import type { RunScale } from '../contract/jobs.ts'
import { linearLayers, type ModelConfig, parameterShapes } from '../engine/model/config.ts'
import { bucketLength } from '../engine/training/batch.ts'
import { supervisedSteps } from '../engine/training/schedule.ts'
import type { TrainingShape } from './memory.ts'

/** A model as it lies on the disk. */
export interface SizedModel {
  config: ModelConfig
  /** Whether it has a scalar head, as reward models have. */
  hasHead: boolean
}

interface SupervisedSize {
  model: SizedModel
  /** Demonstrations or pairs. */
  train: number
  heldout: number
  /** Common lengths that all texts are padded to, in tokens. */
  queryLength: number
  responseLength: number
}

interface PpoSize {
  policy: SizedModel
  rewardModel: SizedModel
  /** In tokens. */
  longestQuery: number
  /** Held-out prompts that a judge is asked about; 0 without a judge. */
  judged: number
}

export type RunSize =
  | ({ kind: 'sft'; config: SftConfig } & SupervisedSize)
  | ({ kind: 'reward'; config: RewardConfig } & SupervisedSize)
  | ({ kind: 'dpo'; config: DpoConfig } & SupervisedSize)
  | ({ kind: 'ppo'; config: PpoConfig } & PpoSize)

type Supervised = Exclude<RunSize, { kind: 'ppo' }>
type Ppo = Extract<RunSize, { kind: 'ppo' }>

export function runShape(run: RunSize): TrainingShape {
  return run.kind === 'ppo' ? ppoShape(run) : supervisedShape(run)
}

export function runSteps(run: RunSize): number {
  return run.kind === 'ppo' ? run.config.totalSteps : supervisedSteps(run.train, run.config)
}

/** Numbers of the model without a head. */
export function numbersOf(config: ModelConfig): number {
  return sum([...parameterShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1)))
}

function adapterNumbers(config: ModelConfig, rank: number): number {
  return sum([...linearLayers(config).values()].map(({ input, output }) => rank * (input + output)))
}

/** An output matrix of its own, which scalar models have no use for. */
function outputMatrixNumbers({ tiedEmbeddings, vocabSize, hiddenSize }: ModelConfig): number {
  return tiedEmbeddings ? 0 : vocabSize * hiddenSize
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** The model as it is on the disk, its head included. */
const startNumbers = ({ config, hasHead }: SizedModel) =>
  numbersOf(config) + (hasHead ? config.hiddenSize : 0)

/** What is trained of a model: adapters or all weights, with the head and without the output matrix where it is scalar. */
function trainedNumbers(config: ModelConfig, loraRank: number | null, isScalar: boolean): number {
  const head = isScalar ? config.hiddenSize : 0
  if (loraRank !== null) return adapterNumbers(config, loraRank) + head
  return numbersOf(config) + head - (isScalar ? outputMatrixNumbers(config) : 0)
}

/** Rows of one step's examples: a pair has two. */
const rowsPerExample = ({ kind }: Supervised) => (kind === 'sft' ? 1 : 2)

function supervisedShape(run: Supervised): TrainingShape {
  const { model, config, queryLength, responseLength } = run
  const batch = Math.min(config.batchSize, run.train)
  const rows = rowsPerExample(run) * Math.min(config.microBatchSize ?? batch, batch)
  const isScalar = run.kind === 'reward'
  const trained = trainedNumbers(model.config, config.loraRank, isScalar)
  const newHead = isScalar && !model.hasHead ? model.config.hiddenSize : 0
  return {
    passes: [
      {
        config: model.config,
        rows,
        length: queryLength + responseLength,
        logitRows: isScalar ? 0 : rows * responseLength,
        recomputeLayers: config.gradientCheckpointing,
      },
    ],
    heldNumbers: startNumbers(model) + (config.loraRank === null ? newHead : trained),
    trainedNumbers: trained,
    accumulates: rows < rowsPerExample(run) * batch,
    generation: null,
  }
}

/** Common lengths of a PPO run's queries and responses, in tokens. */
function ppoLengths({ longestQuery, config }: Ppo) {
  return { query: bucketLength(longestQuery), response: bucketLength(config.maxNewTokens) }
}

function valueConfig({ policy, rewardModel, config }: Ppo): ModelConfig {
  return config.valueInit === 'reward' ? rewardModel.config : policy.config
}

function ppoShape(run: Ppo): TrainingShape {
  const { policy, rewardModel, config } = run
  const lengths = ppoLengths(run)
  const ownTrunk = config.valueTrunk === 'separate'
  const miniBatch = Math.ceil(config.rolloutBatchSize / config.numMiniBatches)
  const rows = Math.min(config.microBatchSize ?? miniBatch, miniBatch)
  const pass = (model: ModelConfig, logitRows: number) => ({
    config: model,
    rows,
    length: lengths.query + lengths.response,
    logitRows,
    recomputeLayers: config.gradientCheckpointing,
  })
  return {
    passes: [pass(policy.config, rows * lengths.response), ...(ownTrunk ? [pass(valueConfig(run), 0)] : [])],
    heldNumbers: startNumbers(policy) + startNumbers(rewardModel) + copiedNumbers(run),
    trainedNumbers: ownTrunk
      ? trainedNumbers(policy.config, config.loraRank, false) +
        trainedNumbers(valueConfig(run), config.loraRank, true)
      : trainedNumbers(policy.config, config.loraRank, false) + policy.config.hiddenSize,
    accumulates: rows < miniBatch,
    generation: {
      config: policy.config,
      rows: config.rolloutBatchSize,
      slots: bucketLength(lengths.query + config.maxNewTokens),
    },
  }
}

/** What a run makes beside the two models that it opens: the reference or the policy's adapters, a value model, heads. */
function copiedNumbers(run: Ppo): number {
  const { policy, config } = run
  const vary = (model: ModelConfig) =>
    config.loraRank === null ? numbersOf(model) : adapterNumbers(model, config.loraRank)
  const reference =
    vary(policy.config) + (config.loraRank === null && policy.hasHead ? policy.config.hiddenSize : 0)
  if (config.valueTrunk === 'separate') {
    const value = valueConfig(run)
    return reference + vary(value) + value.hiddenSize
  }
  return reference + (config.loraRank === null && policy.hasHead ? 0 : policy.config.hiddenSize)
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

const bytesPerNumber = 4

/**
 * Kaplan et al. 2020 (section 2.1): 2 operations a weight and token forwards, twice that backwards; and attention's
 * scores and sums over the whole padded length.
 */
export function forwardFlops(config: ModelConfig, rows: number, length: number, logitRows: number): number {
  const { numLayers, numHeads, headDim, vocabSize, hiddenSize } = config
  const weights = sum([...linearLayers(config).values()].map(({ input, output }) => input * output))
  const attention = 2 * numLayers * numHeads * headDim * length
  return 2 * (rows * length * (weights + attention) + logitRows * vocabSize * hiddenSize)
}

/** Forward passes that a training pass costs; frozen weights have no gradients of their own. */
function passCost({ loraRank, gradientCheckpointing }: RunSize['config']): number {
  return (loraRank === null ? 3 : 2) + (gradientCheckpointing ? 1 : 0)
}

/** The optimizer reads and writes weights, both moments and gradients. */
const optimizerBytes = (trained: number) => 7 * trained * bytesPerNumber

/** @returns what a run's record keeps of its size */
export function runScale(run: RunSize): RunScale {
  const { config } = run.kind === 'ppo' ? run.policy : run.model
  return { parameters: numbersOf(config), ...stepWork(run) }
}

export function stepWork(run: RunSize): StepWork {
  return run.kind === 'ppo' ? ppoWork(run) : supervisedWork(run)
}

function supervisedWork(run: Supervised): StepWork {
  const { model, config, queryLength, responseLength } = run
  const forward = (examples: number) => {
    const rows = rowsPerExample(run) * examples
    const logitRows = run.kind === 'reward' ? 0 : rows * responseLength
    return forwardFlops(model.config, rows, queryLength + responseLength, logitRows)
  }
  const steps = runSteps(run)
  const evaluations = 1 + (config.checkpointEvery > 0 ? Math.floor(steps / config.checkpointEvery) : 0)
  const evaluated = run.kind === 'dpo' ? forward(run.train) : evaluations * forward(run.heldout)
  return {
    flops: passCost(config) * forward(Math.min(config.batchSize, run.train)) + evaluated / steps,
    bytes: optimizerBytes(supervisedShape(run).trainedNumbers),
    calls: Math.ceil(config.batchSize / (config.microBatchSize ?? config.batchSize)),
  }
}

function ppoWork(run: Ppo): StepWork {
  const { policy, rewardModel, config, judged } = run
  const { query, response } = ppoLengths(run)
  const rows = config.rolloutBatchSize
  const forward = (model: ModelConfig, logitRows: number) =>
    forwardFlops(model, rows, query + response, logitRows)
  const ownTrunk = config.valueTrunk === 'separate'
  const values = ownTrunk ? forward(valueConfig(run), 0) : 0
  const updated = passCost(config) * (forward(policy.config, rows * response) + values)
  const judgings =
    judged === 0 ? 0 : Math.max(1, config.judgeEvery > 0 ? config.totalSteps / config.judgeEvery : 0)
  const batches = 1 + (judgings / config.totalSteps) * Math.ceil(judged / rows)
  const sampled = generationWork(policy.config, rows, query, config.maxNewTokens)
  return {
    flops:
      batches * sampled.flops +
      forward(policy.config, rows * response) +
      forward(rewardModel.config, 0) +
      values +
      config.numPpoEpochs * updated,
    bytes:
      batches * sampled.bytes +
      config.numPpoEpochs * config.numMiniBatches * optimizerBytes(ppoShape(run).trainedNumbers),
    calls:
      batches * sampled.calls +
      (3 + config.numPpoEpochs) * Math.ceil(rows / (config.microBatchSize ?? rows)) +
      config.numPpoEpochs * config.numMiniBatches,
  }
}

/** One batch of responses: the prompts at once, then token by token, each of which reads all weights and the cache. */
function generationWork(config: ModelConfig, rows: number, query: number, fresh: number): StepWork {
  const { numLayers, numKvHeads, headDim } = config
  const cache = 2 * numLayers * rows * numKvHeads * headDim * (query + fresh)
  return {
    flops: forwardFlops(config, rows, query, rows) + fresh * forwardFlops(config, rows, 1, rows),
    bytes: fresh * bytesPerNumber * (numbersOf(config) + cache),
    calls: fresh,
  }
}
