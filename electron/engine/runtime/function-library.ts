/**
 * The functions that TensorFlow holds, by content: equal ones are held once. Compiled code outlives them for a while,
 * so that a model that is loaded again need not be compiled again, and is freed before it takes much memory.
 */
import { tensorflow } from './tensorflow-addon.ts'

/** Unused compiled functions that are kept … */
const keptUnused = 16
/** … or this many per function in use, if that is more: XLA frees all at once, and those in use must be recompiled. */
const keptPerUsed = 4

/** Number of users by name. */
const users = new Map<string, number>()
/** Functions without users whose compiled code XLA still has. */
const unused = new Set<string>()

/**
 * @param name identifies the function's content
 * @param register called if TensorFlow does not have the function
 */
export function acquireFunction(name: string, register: () => void): void {
  const count = users.get(name) ?? 0
  if (count === 0) register()
  users.set(name, count + 1)
  unused.delete(name)
}

/** Must be called once per call of `acquireFunction`. */
export function releaseFunction(name: string): void {
  const count = users.get(name)!
  if (count > 1) {
    users.set(name, count - 1)
    return
  }
  const { addon } = tensorflow()
  addon.functionRemove(name)
  users.delete(name)
  unused.add(name)
  if (unused.size <= Math.max(keptUnused, keptPerUsed * users.size)) return
  addon.compilationsRelease()
  unused.clear()
}
