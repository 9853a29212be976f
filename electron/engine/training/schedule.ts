/** How many steps a run has, and the learning rate of each: linear warm-up, then constant, linear or cosine decay to zero. */

export interface Schedule {
  learningRate: number
  warmupSteps: number
  decay: 'constant' | 'linear' | 'cosine'
}

/**
 * @param step 0 at the first update
 * @param totalSteps updates of the whole run
 */
export function learningRateAt(
  { learningRate, warmupSteps, decay }: Schedule,
  step: number,
  totalSteps: number,
): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps
  if (decay === 'constant') return learningRate
  const share = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps))
  return learningRate * (decay === 'linear' ? 1 - share : 0.5 * (1 + Math.cos(Math.PI * share)))
}

/** Number of whole batches in one pass; an incomplete last batch is skipped, since another epoch has another order. */
export function stepsPerEpoch(examples: number, batchSize: number): number {
  return Math.max(1, Math.floor(examples / batchSize))
}

/** Steps of a run on fixed examples: all epochs, or `maxSteps` if that is fewer. */
export function supervisedSteps(
  examples: number,
  { batchSize, epochs, maxSteps }: { batchSize: number; epochs: number; maxSteps: number | null },
): number {
  const allSteps = epochs * stepsPerEpoch(examples, Math.min(batchSize, examples))
  return Math.min(allSteps, maxSteps ?? allSteps)
}
