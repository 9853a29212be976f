/**
 * What every training run shares: how it reports, where it saves, how it is stopped, and which examples a step
 * uses. A run's state after step n depends only on its inputs and n, so it can be killed and resumed exactly.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { RunSample } from '../../contract/events.ts'
import type { StepMetrics } from '../../contract/metrics.ts'
import { restoreVariables, saveCheckpoint } from '../checkpoints/checkpoint.ts'
import { latestCheckpoint, pruneCheckpoints } from '../checkpoints/checkpoint-folder.ts'
import type { CheckpointState } from '../checkpoints/checkpoint-record.ts'
import { permutation } from '../random.ts'
import type { Variable } from '../runtime/variable.ts'
import { Interrupted, neverPauses, type PausePoint, pausePointOf } from './pauses.ts'
import { stepsPerEpoch } from './schedule.ts'

export interface RunHooks {
  /** After each step; steps count from 1. */
  onStep(step: number, totalSteps: number, metrics: StepMetrics): void
  /** Texts sampled during the run. */
  onSamples(step: number, samples: RunSample[]): void
  /** Where checkpoints are saved; null saves none. */
  checkpointFolder: string | null
  /**
   * When aborted, the run ends as paused, with a checkpoint: of the step that it is in if that can't be dropped, else of
   * the one before.
   */
  signal: AbortSignal
}

export type RunEnd = { state: 'done' | 'paused'; step: number; reason: string | null }

/** The two newest checkpoints are kept, and the best one if a judge evaluates the run. */
const keptCheckpoints = 2

/** Larger states are not kept twice. */
const rememberedBytes = 256 * 2 ** 20

/** Where a step can be left. */
export interface StepPauses {
  /** Until the step changes variables. */
  pausePoint: PausePoint
  /** To call before that. @returns the pause point from then on; it never pauses if the step could not be undone */
  beginChanges(): PausePoint
}

/** Saves and restores a run's variables and counters. */
export class RunState {
  readonly #folder: string | null
  readonly #variables: Map<string, Variable>
  /** Of the newest checkpoint; 0 if there is none. */
  #savedStep = 0

  constructor(folder: string | null, variables: Map<string, Variable>) {
    this.#folder = folder
    this.#variables = variables
  }

  /** @returns the step and small state of the newest checkpoint, whose variables are now set; null if there is none */
  restore(): { step: number; state: CheckpointState } | null {
    const checkpoint = this.#folder === null ? null : latestCheckpoint(this.#folder)
    if (checkpoint) restoreVariables(checkpoint, this.#variables)
    this.#savedStep = checkpoint?.step ?? 0
    return checkpoint
  }

  /**
   * Does a step.
   * @returns null if it was left because the run is to pause: the variables are then as before it
   */
  async attempt<Result>(
    signal: AbortSignal,
    step: (pauses: StepPauses) => Promise<Result>,
  ): Promise<Result | null> {
    const pausePoint = pausePointOf(signal)
    const kept: { variable: Variable; value: tf.Tensor }[] = []
    const beginChanges = () => {
      if (!this.#isSmall()) return neverPauses
      kept.push(...this.#copies())
      return pausePoint
    }
    try {
      await pausePoint()
      return await step({ pausePoint, beginChanges })
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      for (const { variable, value } of kept) variable.assign(value)
      return null
    } finally {
      for (const { value } of kept) value.dispose()
    }
  }

  /**
   * Saves nothing if the newest checkpoint is of this step.
   * @param best the step whose checkpoint is always kept
   */
  async save(step: number, state: CheckpointState, best: number | null = null): Promise<void> {
    if (this.#folder === null || step === this.#savedStep) return
    await saveCheckpoint(this.#folder, step, this.#variables, state)
    pruneCheckpoints(this.#folder, keptCheckpoints, best)
    this.#savedStep = step
  }

  #isSmall(): boolean {
    const sizes = [...this.#variables.values()].map(({ shape }) => tf.util.sizeFromShape(shape))
    return 4 * sizes.reduce((sum, size) => sum + size, 0) <= rememberedBytes
  }

  #copies() {
    return [...this.#variables.values()].map((variable) => ({
      variable,
      value: tf.tidy(() => tf.clone(variable.read())),
    }))
  }
}

export function isCheckpointStep(step: number, totalSteps: number, every: number): boolean {
  return step === totalSteps || (every > 0 && step % every === 0)
}

/**
 * The examples of step `step` (from 0): passes over all of them in an order that depends on seed and epoch only.
 * @returns indices; fewer than `batchSize` only when there are fewer examples
 */
export function batchIndices(examples: number, batchSize: number, seed: number, step: number): number[] {
  const perEpoch = stepsPerEpoch(examples, batchSize)
  const epoch = Math.floor(step / perEpoch)
  const start = (step % perEpoch) * batchSize
  return [...permutation({ seed, stream: 'order' }, epoch, examples).subarray(start, start + batchSize)]
}
