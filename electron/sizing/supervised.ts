/** Sizes of runs on fixed examples: SFT, reward models and direct losses. */
import type { DpoConfig } from '../contract/run-kinds/dpo.ts'
import type { RewardConfig } from '../contract/run-kinds/reward.ts'
import type { SftConfig } from '../contract/run-kinds/sft.ts'
import { commonLengths, type QueryResponse, type ResponseLengths } from '../engine/training/batch.ts'
import { supervisedSteps } from '../engine/training/schedule.ts'
import {
  forwardFlops,
  generationWork,
  optimizerBytes,
  passCost,
  type SizedModel,
  type StepWork,
  startNumbers,
  trainedNumbers,
} from './counts.ts'
import type { TrainingShape } from './memory.ts'
import type { RunCounts } from './sized-kind.ts'

/** With the common lengths that all texts are padded to, in tokens. */
export interface SupervisedSize extends ResponseLengths {
  model: SizedModel
  /** Demonstrations or pairs. */
  train: number
  heldout: number
  /** Whether the run samples responses at its end, to measure the KL from the model that it starts from. */
  measuresKl?: boolean
}

/** A size with settings that all of these kinds have. */
type Run = SupervisedSize & { config: SftConfig | RewardConfig | DpoConfig }

/** The differences between these kinds. */
export interface SupervisedTraits {
  /** Responses of an example: a pair has two, and a third if one is trained on beside it. */
  rowsPerExample: 1 | 2 | 3
  /** Whether the model gives a scalar per token instead of logits. */
  isScalar: boolean
  /** Forward passes over examples besides training, in all: at checkpoints, or once beforehand. */
  evaluated: (size: SupervisedSize, evaluations: number) => number
  /** Whether the model that the run starts from stays in memory and reads every batch. */
  keepsStart?: boolean
}

/** Held-out examples at every checkpoint and at the end. */
export const heldoutAtCheckpoints: SupervisedTraits['evaluated'] = ({ heldout }, evaluations) =>
  evaluations * heldout

/** @param responses all that share the run's common lengths */
export function supervisedSize(
  model: SizedModel,
  { train, heldout }: { train: readonly unknown[]; heldout: readonly unknown[] },
  responses: readonly QueryResponse[],
): SupervisedSize {
  return { model, train: train.length, heldout: heldout.length, ...commonLengths(responses) }
}

export function countSupervised(run: Run, traits: SupervisedTraits): RunCounts {
  const shape = shapeOf(run, traits)
  const { model, config, queryLength, responseLength, train } = run
  const forward = (examples: number) => {
    const rows = traits.rowsPerExample * examples
    const logitRows = traits.isScalar ? 0 : rows * responseLength
    return forwardFlops(model.config, rows, queryLength + responseLength, logitRows)
  }
  const steps = supervisedSteps(train, config)
  const evaluations = 1 + (config.checkpointEvery > 0 ? Math.floor(steps / config.checkpointEvery) : 0)
  const evaluated = forward(traits.evaluated(run, evaluations))
  const sampled = sampledWork(run)
  const passes = passCost(config) + (traits.keepsStart ? 1 : 0)
  return {
    shape,
    steps,
    work: {
      flops: passes * forward(Math.min(config.batchSize, train)) + (evaluated + sampled.flops) / steps,
      bytes: optimizerBytes(shape.trainedNumbers) + sampled.bytes / steps,
      calls:
        Math.ceil(config.batchSize / (config.microBatchSize ?? config.batchSize)) + sampled.calls / steps,
    },
    model,
  }
}

/** Of the responses that measure the KL at the end; their memory is less than that of training. */
function sampledWork({ model, config, queryLength, measuresKl = false }: Run): StepWork {
  if (!measuresKl || !('klSamples' in config) || config.klSamples === 0)
    return { flops: 0, bytes: 0, calls: 0 }
  const rows = Math.min(config.batchSize, config.klSamples)
  const batches = Math.ceil(config.klSamples / rows)
  const one = generationWork(model.config, rows, queryLength, config.maxResponseTokens)
  return { flops: batches * one.flops, bytes: batches * one.bytes, calls: batches * one.calls }
}

function shapeOf(run: Run, { rowsPerExample, isScalar, keepsStart }: SupervisedTraits): TrainingShape {
  const { model, config, queryLength, responseLength } = run
  const batch = Math.min(config.batchSize, run.train)
  const rows = rowsPerExample * Math.min(config.microBatchSize ?? batch, batch)
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
      ...(keepsStart ? [logitsOnly(model, rows * responseLength)] : []),
    ],
    heldNumbers:
      startNumbers(model) +
      (config.loraRank === null ? newHead : trained) +
      (keepsStart && config.loraRank === null ? startNumbers(model) : 0),
    trainedNumbers: trained,
    accumulates: rows < rowsPerExample * batch,
    generation: null,
  }
}

/** A pass that keeps nothing of its layers, because it has no gradient. */
function logitsOnly({ config }: SizedModel, logitRows: number) {
  return { config, rows: 0, length: 0, logitRows, recomputeLayers: true }
}
