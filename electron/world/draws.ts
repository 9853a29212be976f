/** Random choices in sequence: turns the counter-based generator into coin tosses and picks. */
import { strict as assert } from 'node:assert'
import { type RandomKey, uniforms } from '../engine/random.ts'

/** The random choices of the world's clerks and its annotator; a test may answer with the likeliest one. */
export interface Draws {
  /** True with probability `p`. */
  chance(p: number): boolean
  /** One of `options`, each as likely as its weight; without weights, all equally likely. */
  pick<T>(options: readonly T[], weights?: readonly number[]): T
}

/** Index of the weight into which `position` falls when the weights lie end to end. */
function locate(weights: readonly number[], position: number): number {
  let end = 0
  const index = weights.findIndex((weight) => {
    end += weight
    return position < end
  })
  return index < 0 ? weights.length - 1 : index
}

/**
 * The sequence of choices that belongs to (key, counter): the same pair always gives the same choices.
 *
 * @param counter which sequence of this key, usually the index of the thing being made
 */
export function drawsOf(key: RandomKey, counter: number): Draws {
  let numbers = uniforms(key, counter, 32)
  let used = 0
  const next = () => {
    if (used === numbers.length) numbers = uniforms(key, counter, 2 * numbers.length)
    return numbers[used++]!
  }
  return {
    chance: (p) => next() < p,
    pick(options, weights = options.map(() => 1)) {
      assert(options.length > 0, 'There must be something to pick from.')
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      return options[locate(weights, next() * total)]!
    },
  }
}
