/** Turns work that reports through hooks into the event iterator of the contract. */
import type { Hooks, JobEvent } from '../contract/events.ts'
import { toContractError } from './errors/contract-errors.ts'
import { Queue } from './queue.ts'

/**
 * Yields events as they are reported, then returns the result. Leaving the iterator aborts the work and waits until
 * it has stopped.
 * @param signal also aborts the work; its result is still returned
 */
export async function* streamEvents<Result>(
  signal: AbortSignal | undefined,
  work: (hooks: Hooks) => Promise<Result>,
): AsyncGenerator<JobEvent, Result> {
  const left = new AbortController()
  const events = new Queue<JobEvent>()
  const result = work({
    emit: (event) => events.push(event),
    signal: AbortSignal.any([left.signal, ...(signal ? [signal] : [])]),
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
    left.abort()
    await end
  }
}
