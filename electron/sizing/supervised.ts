/** Sizes of runs on fixed examples: SFT, reward models and DPO. */
import type { DpoConfig } from '../contract/run-kinds/dpo.ts'
import type { RewardConfig } from '../contract/run-kinds/reward.ts'
import type { SftConfig } from '../contract/run-kinds/sft.ts'
import { commonLengths, type QueryResponse, type ResponseLengths } from '../engine/training/batch.ts'
import { supervisedSteps } from '../engine/training/schedule.ts'
import {
  forwardFlops,
  optimizerBytes,
  passCost,
  type SizedModel,
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
}

/** A size with settings that all of these kinds have. */
type Run = SupervisedSize & { config: SftConfig | RewardConfig | DpoConfig }

/** The differences between these kinds. */
export interface SupervisedTraits {
  /** Responses of an example: a pair has two. */
  rowsPerExample: 1 | 2
  /** Whether the model gives a scalar per token instead of logits. */
  isScalar: boolean
  /** Forward passes over examples besides training, in all: at checkpoints, or once beforehand. */
  evaluated: (size: SupervisedSize, evaluations: number) => number
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
  return {
    shape,
    steps,
    work: {
      flops: passCost(config) * forward(Math.min(config.batchSize, train)) + evaluated / steps,
      bytes: optimizerBytes(shape.trainedNumbers),
      calls: Math.ceil(config.batchSize / (config.microBatchSize ?? config.batchSize)),
    },
    model,
  }
}

function shapeOf(run: Run, { rowsPerExample, isScalar }: SupervisedTraits): TrainingShape {
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
    ],
    heldNumbers: startNumbers(model) + (config.loraRank === null ? newHead : trained),
    trainedNumbers: trained,
    accumulates: rows < rowsPerExample * batch,
    generation: null,
  }
}
