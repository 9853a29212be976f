/** Turns work that reports through hooks into the event iterator that the contract promises. */
import type { Hooks, JobEvent } from '../contract/events.ts'
import { toContractError } from './errors/contract-errors.ts'
import { Queue } from './queue.ts'

/**
 * Events as they are reported, then the result of the work. Leaving the iterator aborts the work and waits until it
 * has stopped.
 * @param signal aborts the work as well; its result is still returned
 */
export async function* streamEvents<Result>(
  signal: AbortSignal | undefined,
  work: (hooks: Hooks) => Promise<Result>,
): AsyncGenerator<JobEvent, Result> {
  const leave = new AbortController()
  const events = new Queue<JobEvent>()
  const result = work({
    emit: (event) => events.push(event),
    signal: AbortSignal.any([leave.signal, ...(signal ? [signal] : [])]),
  })
  const end = result.then(
    () => events.close(),
    () => events.close(),
  )
  try {
    yield* events.read()
    return await result
  } catch (error) {
    throw toContractError(error)
  } finally {
    leave.abort()
    await end
  }
}
