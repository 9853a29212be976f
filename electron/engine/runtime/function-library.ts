/**
 * The functions that TensorFlow holds, by their content: equal ones are held once, and what XLA has compiled is
 * freed when nothing uses it any more.
 */
import { tensorflow } from './tensorflow-addon.ts'

/** XLA's results are freed together; while others are in use they wait until they are this many times as many. */
const deadPerLive = 4
/** Fewer are not worth compiling again what is in use. */
const leastDead = 32

/** Number of users by name. */
const users = new Map<string, number>()
let dead = 0

/**
 * @param name stands for the function's content
 * @param register called unless TensorFlow has the function
 */
export function useFunction(name: string, register: () => void): void {
  const count = users.get(name) ?? 0
  if (count === 0) register()
  users.set(name, count + 1)
}

/** To be called as often as `useFunction` was. */
export function releaseFunction(name: string): void {
  const count = users.get(name)!
  if (count > 1) {
    users.set(name, count - 1)
    return
  }
  users.delete(name)
  dead++
  const { addon } = tensorflow()
  addon.functionRemove(name)
  if (users.size > 0 && dead < Math.max(leastDead, deadPerLive * users.size)) return
  addon.compilationsRelease()
  dead = 0
}
