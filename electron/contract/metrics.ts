/**
 * Every logged metric: key, formula, meaning. Each kind of run declares its own. Tooltips, docs and CSV headers read
 * this table, so prose cannot drift from code; a test checks that runs log these keys and no others.
 */
import type { MetricDefinition } from './run-kinds/common.ts'
import { type RunKind, runKinds } from './run-kinds/index.ts'

/** Metrics of every optimizer step. */
const optimizerMetrics = {
  'loss/total': { formula: 'the minimised sum', meaning: 'Loss of the optimizer step.' },
  'optim/grad_norm': { formula: '‖∇‖₂ before clipping', meaning: 'Global gradient norm.' },
  'optim/learning_rate': { formula: 'schedule(step)', meaning: 'Learning rate of the step.' },
} as const satisfies Record<string, MetricDefinition>

type KeysOf<Table> = Table extends unknown ? keyof Table : never

export type MetricKey =
  | keyof typeof optimizerMetrics
  | KeysOf<{ [Kind in RunKind]: (typeof runKinds)[Kind]['metrics'] }[RunKind]>

export const metrics: Readonly<Record<MetricKey, MetricDefinition>> = Object.assign(
  {},
  optimizerMetrics,
  ...Object.values(runKinds).map((kind) => kind.metrics),
)

/** The metrics of one step. */
export type StepMetrics = Partial<Record<MetricKey, number>>
