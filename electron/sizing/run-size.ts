/**
 * How large a training run is, from its settings, the configurations of its models and the lengths of its texts alone:
 * what it keeps in memory, how many steps it takes and how much is computed per step. The trainer checks its memory by
 * this before the first step, and the host reports the same before a start.
 */
import type { RunInputRow } from '../contract/records.ts'
import type { RunScale } from '../contract/run-kinds/common.ts'
import type { PlannedJob, RunKind } from '../contract/run-kinds/index.ts'
import { numbersOf } from './counts.ts'
import { dpo } from './kinds/dpo.ts'
import { ppo } from './kinds/ppo.ts'
import { reward } from './kinds/reward.ts'
import { sft } from './kinds/sft.ts'
import type { TrainingShape } from './memory.ts'
import type { RunCounts, SizedKind } from './sized-kind.ts'

/** One row per kind of run. */
const kinds = { sft, reward, ppo, dpo } satisfies Record<RunKind, unknown>

type Sizes = { [Kind in RunKind]: Parameters<(typeof kinds)[Kind]['count']>[0] }

export type RunSize = Sizes[RunKind]

/** The same, each row with its kind's types. */
const byKind: { [Kind in RunKind]: SizedKind<Kind, Sizes[Kind]> } = kinds

/**
 * The size of a planned run, by its models' configurations and the lengths of its texts under their tokenizer.
 * @throws UserError if a model can't be read, or no example fits the settings
 */
export function planSize(job: PlannedJob, rows: readonly RunInputRow[]): Promise<RunSize> {
  return planOf(job.kind, job, rows)
}

function planOf<Kind extends RunKind>(kind: Kind, job: PlannedJob<Kind>, rows: readonly RunInputRow[]) {
  return byKind[kind].plan(job, rows)
}

function countsOf<Kind extends RunKind>(kind: Kind, run: Sizes[Kind]): RunCounts {
  return byKind[kind].count(run)
}

export function runShape(run: RunSize): TrainingShape {
  return countsOf(run.kind, run).shape
}

export function runSteps(run: RunSize): number {
  return countsOf(run.kind, run).steps
}

/** @returns what a run's record keeps of its size */
export function runScale(run: RunSize): RunScale {
  const { work, model } = countsOf(run.kind, run)
  return { parameters: numbersOf(model.config), ...work }
}
