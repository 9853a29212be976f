/** The size of the texts that are judged, in tenths of the usual; both sides always have the same. */
import { useSyncExternalStore } from 'react'

const key = 'stet-judging-text-size'
const smallest = 8
const largest = 20
const listeners = new Set<() => void>()
let tenths = read()

function read(): number {
  const stored = Number(localStorage.getItem(key))
  return stored >= smallest && stored <= largest ? stored : 10
}

function change(by: number): void {
  tenths = Math.min(largest, Math.max(smallest, tenths + by))
  localStorage.setItem(key, String(tenths))
  for (const listener of listeners) listener()
}

export const largerText = () => change(1)
export const smallerText = () => change(-1)

/** @returns a factor */
export function useTextScale(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => tenths / 10,
  )
}
