/** Turns work that reports by calling back into the event iterator that the contract promises. */
import type { JobEvent } from '../contract/jobs.ts'
import type { WorkHooks } from './context.ts'
import { toContractError } from './errors/contract-errors.ts'

/**
 * Events as they come, then the work's result. Leaving the iterator aborts the work and waits for its end.
 * @param signal aborts the work as well; its result still comes
 */
export async function* streamEvents<Result>(
  signal: AbortSignal | undefined,
  work: (hooks: WorkHooks) => Promise<Result>,
): AsyncGenerator<JobEvent, Result> {
  const leave = new AbortController()
  const events: JobEvent[] = []
  let wake = () => {}
  let ended = false
  const emit = (event: JobEvent) => {
    events.push(event)
    wake()
  }
  const result = work({ emit, signal: AbortSignal.any([leave.signal, ...(signal ? [signal] : [])]) })
  const end = result.then(
    () => {},
    () => {},
  )
  end.then(() => {
    ended = true
    wake()
  })
  try {
    while (!ended || events.length > 0) {
      if (events.length > 0) yield events.shift()!
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    return await result
  } catch (error) {
    throw toContractError(error)
  } finally {
    leave.abort()
    await end
  }
}
