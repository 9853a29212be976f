/**
 * How often a promise is tried: a few times in `npm test`, many times in `npm run test:long`, which also gathers what was
 * counted. `STET_LONG` and `STET_FIGURES` are set by test/long.ts.
 */
import { appendFileSync } from 'node:fs'
import type { PromiseName } from './promises.ts'

export const isLong = process.env.STET_LONG === '1'

export function times({ few, many }: { few: number; many: number }): number {
  return isLong ? many : few
}

/** One counted result, such as `200 kills under 8 writers: 0 of 51,204 acknowledged edits lost, 0 torn`. */
export interface Figure {
  promise: PromiseName
  sentence: string
}

/** Reports what a test has counted; call it after the assertions. */
export function count(promise: PromiseName, sentence: string): void {
  const file = process.env.STET_FIGURES
  if (file === undefined) return
  const figure: Figure = { promise, sentence }
  appendFileSync(file, `${JSON.stringify(figure)}\n`)
}
