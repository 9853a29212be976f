/** Checkpoints that show if they are torn: every value follows from the step and the variable. */

/** Large enough that a kill often hits the writing of one. */
const sizes = { embedding: 600_000, head: 300_000, moments: 300_000 }

export const variableSizes = Object.entries(sizes)

export function valueAt(name: string, step: number): number {
  return Math.fround(step + name.length / 16)
}

/** Two counters of which one follows from the other. */
export const stateAt = (step: number) => ({ updates: step, square: step * step })
