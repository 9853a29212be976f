/** Reports before a run how much memory it needs, and refuses one that can't fit, with advice. */
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import { runtime } from '../../engine/runtime/runtime.ts'
import { type TrainingShape, totalBytes, trainingMemory } from '../../sizing/memory.ts'
import { availableBytes, inGb, type MemorySettings, memoryRefusal } from '../../sizing/memory-limit.ts'

/** @throws UserError if it can't fit */
export function checkMemory(shape: TrainingShape, settings: MemorySettings, { emit }: Hooks): void {
  if (!runtime().compiles) return
  const use = trainingMemory(shape)
  const available = availableBytes(process.memoryUsage.rss())
  const refusal = memoryRefusal(use, available, settings)
  if (refusal !== null) throw new UserError('out_of_memory', refusal)
  emit({
    type: 'note',
    sentence: `Needs about ${inGb(totalBytes(use))} GB of the ${inGb(available)} GB of memory available.`,
  })
}
