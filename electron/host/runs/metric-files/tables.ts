/** Metrics as text: CSV with a column per metric, and JSONL with an object per step. */
import { stringify } from 'csv-stringify/sync'
import type { MetricFile } from './metric-file.ts'

/** A metric that was not measured at a step has an empty cell. */
export const csv: MetricFile = {
  nameIn: null,
  needsKeys: true,
  head: (keys) => Buffer.from(stringify([['step', 'time', ...keys]])),
  rows: (steps, keys) =>
    Buffer.from(
      stringify(
        steps.map(({ step, time, values }) => [step, time, ...keys.map((key) => cellOf(values.get(key)))]),
      ),
    ),
}

/** With all digits: what is read back is the same number. */
function cellOf(value: number | undefined): string {
  return value === undefined ? '' : String(value)
}

/** JSON has no NaN and no infinity: they are written as text, as Python's float() reads it. */
export const jsonl: MetricFile = {
  nameIn: null,
  needsKeys: false,
  head: () => new Uint8Array(),
  rows: (steps) =>
    Buffer.from(
      steps
        .map(({ step, time, values }) => {
          const written = [...values].map(([key, value]) => [
            key,
            Number.isFinite(value) ? value : String(value),
          ])
          return `${JSON.stringify({ step, time, ...Object.fromEntries(written) })}\n`
        })
        .join(''),
    ),
}
