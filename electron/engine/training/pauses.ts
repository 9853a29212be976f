/**
 * Work in parts, so that a run can be asked to pause between two of them: within a long step, not only after it. A step
 * that is left in the middle is dropped, and repeated when the run resumes.
 */
import { setImmediate } from 'node:timers/promises'

/** Lets messages (a pause, a question about progress) be handled. */
export async function yieldToEventLoop(): Promise<void> {
  await setImmediate()
}

/** Work that stops for a moment after each part. Leaving it early (`return`) drops what the parts have done. */
export type Parts<Result> = Generator<void, Result, void>

/** Call it where a run may be left. @throws Interrupted if it was asked to pause */
export type PausePoint = () => Promise<void>

/** The run was asked to pause within a step, which is dropped. */
export class Interrupted extends Error {
  constructor() {
    super('The step was dropped because the run was asked to pause.')
  }
}

export function pausePointOf(signal: AbortSignal): PausePoint {
  return async () => {
    await yieldToEventLoop()
    if (signal.aborted) throw new Interrupted()
  }
}

/** For work that must be finished once it has begun. */
export const neverPauses: PausePoint = async () => {}

export async function withPauses<Result>(parts: Parts<Result>, pausePoint: PausePoint): Promise<Result> {
  try {
    for (;;) {
      const next = parts.next()
      if (next.done) return next.value
      await pausePoint()
    }
  } finally {
    parts.return(undefined as never)
  }
}

/** Without a pause. */
export function completed<Result>(parts: Parts<Result>): Result {
  for (;;) {
    const next = parts.next()
    if (next.done) return next.value
  }
}
