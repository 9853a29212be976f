/** Whether a run fits into the available memory, and what would make it fit, in sentences. */
import os from 'node:os'
import { type MemoryUse, totalBytes } from './memory.ts'

/** The settings of any run that matter here. */
export interface MemorySettings {
  microBatchSize: number | null
  gradientCheckpointing: boolean
  loraRank: number | null
  valueTrunk?: 'shared' | 'separate'
}

/**
 * What a training process may use in all: free memory and what it already uses, within the container's limit.
 * @param held bytes that it already uses
 */
export function availableBytes(held: number): number {
  const free = os.freemem() + held
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(free, limit) : free
}

/** @returns why it can't fit and what to try, or null if it fits */
export function memoryRefusal(use: MemoryUse, available: number, settings: MemorySettings): string | null {
  if (totalBytes(use) <= available) return null
  const parts = Object.entries(use)
    .filter(([, part]) => part > 0.05 * totalBytes(use))
    .sort(([, a], [, b]) => b - a)
    .map(([name, part]) => `${name} ${inGb(part)}`)
  return [
    `This run needs about ${inGb(totalBytes(use))} GB of memory (${parts.join(', ')}), but only ${inGb(available)} GB are available.`,
    `Try ${adviceFor(settings).join(', or ')}.`,
  ].join(' ')
}

function adviceFor({
  microBatchSize,
  gradientCheckpointing,
  loraRank,
  valueTrunk,
}: MemorySettings): string[] {
  return [
    ...(microBatchSize === 1 ? ['shorter texts'] : ['a smaller microBatchSize']),
    ...(gradientCheckpointing ? [] : ['gradientCheckpointing = true']),
    ...(loraRank === null ? ['loraRank = 16'] : []),
    ...(valueTrunk === 'separate' ? ['valueTrunk = shared'] : []),
  ]
}

export const inGb = (size: number) => (size / 1e9).toFixed(1)
