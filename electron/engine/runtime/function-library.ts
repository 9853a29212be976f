/**
 * The functions that TensorFlow holds, by their content: equal ones are held once. What XLA has compiled outlives
 * them for a while, so that a model which is loaded again is not compiled again, and is freed before it grows large.
 */
import { tensorflow } from './tensorflow-addon.ts'

/** So many unused results are kept … */
const keptUnused = 16
/** … or so many for each that is in use: XLA frees all together, and those in use are then compiled again. */
const keptPerUsed = 4

/** Number of users by name. */
const users = new Map<string, number>()
/** Functions that nothing uses any more, but whose compiled results XLA still has. */
const unused = new Set<string>()

/**
 * @param name stands for the function's content
 * @param register called unless TensorFlow has the function
 */
export function useFunction(name: string, register: () => void): void {
  const count = users.get(name) ?? 0
  if (count === 0) register()
  users.set(name, count + 1)
  unused.delete(name)
}

/** To be called as often as `useFunction` was. */
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
