/** The loop of training on fixed examples: shared by SFT, reward models and DPO. */
import type { MetricKey, StepMetrics } from '../../contract/metrics.ts'
import type { CheckpointState } from '../checkpoints/checkpoint-record.ts'
import type { TensorRecord } from '../runtime/tensor-record.ts'
import type { Variable } from '../runtime/variable.ts'
import type { AdamWConfig } from './adamw.ts'
import { chunksOf } from './batch.ts'
import { withPauses } from './pauses.ts'
import { batchIndices, isCheckpointStep, type RunEnd, type RunHooks, RunState } from './run.ts'
import { learningRateAt, type Schedule, supervisedSteps } from './schedule.ts'
import { type LossFunction, TrainStep } from './train-step.ts'

export interface SupervisedConfig extends AdamWConfig, Schedule {
  seed: number
  epochs: number
  /** Stop after this many steps; null runs all epochs. */
  maxSteps: number | null
  batchSize: number
  microBatchSize: number | null
  checkpointEvery: number
}

export interface SupervisedTask<Example, In extends TensorRecord, Metric extends MetricKey> {
  /** Names the compiled functions. */
  name: string
  examples: readonly Example[]
  parameters: Map<string, Variable>
  loss: LossFunction<In, Metric>
  /** Inputs of the loss for one micro-batch of the step's examples; the loss is averaged over the whole step. */
  inputs(microBatch: Example[], wholeStep: Example[]): In
  /** Held-out metrics, computed at checkpoints and at the end. */
  evaluate?: () => StepMetrics
  /** Metrics that are computed once, after the last step. */
  finish?: () => StepMetrics
  watch?: Watch
}

/** Looks at every step's metrics and may pause the run. What it remembers is saved with a checkpoint. */
export interface Watch {
  /** @param state what `state` returned, of the checkpoint that the run resumes from */
  restore(state: CheckpointState): void
  /** @returns why the run should pause, or null */
  see(metrics: StepMetrics): string | null
  state(): CheckpointState
}

/**
 * Trains in place, from the newest checkpoint in the hooks' folder if there is one.
 * @returns how it ended; the parameters hold the result
 */
export async function trainSupervised<Example, In extends TensorRecord, Metric extends MetricKey>(
  task: SupervisedTask<Example, In, Metric>,
  config: SupervisedConfig,
  hooks: RunHooks,
): Promise<RunEnd> {
  const batchSize = Math.min(config.batchSize, task.examples.length)
  const totalSteps = supervisedSteps(task.examples.length, config)
  const trainStep = new TrainStep(task.name, task.parameters, config, task.loss)
  const state = new RunState(hooks.checkpointFolder, new Map([...task.parameters, ...trainStep.variables()]))
  try {
    const restored = state.restore()
    let step = restored?.step ?? 0
    if (restored) task.watch?.restore(restored.state)
    trainStep.updates = step
    const save = () => state.save(step, task.watch?.state() ?? {})
    while (step < totalSteps) {
      const learningRate = learningRateAt(config, step, totalSteps)
      const indices = batchIndices(task.examples.length, batchSize, config.seed, step)
      const trained = await state.attempt(hooks.signal, ({ pausePoint }) => {
        const microBatches = toMicroBatches(task, indices, config.microBatchSize ?? batchSize)
        return withPauses(trainStep.consume(microBatches, learningRate), pausePoint)
      })
      if (trained === null) {
        await save()
        return { state: 'paused', step, reason: null }
      }
      step++
      const saving = isCheckpointStep(step, totalSteps, config.checkpointEvery)
      const metrics: StepMetrics = {
        ...trained,
        'optim/learning_rate': learningRate,
        ...(saving ? task.evaluate?.() : {}),
        ...(step === totalSteps ? task.finish?.() : {}),
      }
      hooks.onStep(step, totalSteps, metrics)
      const reason = task.watch?.see(metrics) ?? null
      const stopping = hooks.signal.aborted || reason !== null
      if (saving || stopping) await save()
      if (stopping && step < totalSteps) return { state: 'paused', step, reason }
    }
    return { state: 'done', step, reason: null }
  } finally {
    trainStep.dispose()
  }
}

function toMicroBatches<Example, In extends TensorRecord, Metric extends MetricKey>(
  task: SupervisedTask<Example, In, Metric>,
  indices: number[],
  size: number,
): In[] {
  const step = indices.map((i) => task.examples[i]!)
  return chunksOf(step, size).map((microBatch) => task.inputs(microBatch, step))
}
