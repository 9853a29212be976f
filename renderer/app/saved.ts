/** The last save, for the status bar: shown only after the host has confirmed that it is on disk. */
import { useSyncExternalStore } from 'react'

let sentence = ''
let pending = 0
const listeners = new Set<() => void>()

function show(next: string): void {
  sentence = next
  for (const listener of listeners) listener()
}

/** Runs a save and shows its outcome. @throws what the save throws */
export async function saving<T>(save: () => Promise<T>): Promise<T> {
  show('Saving…')
  pending++
  try {
    const result = await save()
    show(`Saved ${new Date().toLocaleTimeString('en-GB')}`)
    return result
  } catch (error) {
    show(`Not saved: ${error instanceof Error ? error.message : error}`)
    throw error
  } finally {
    pending--
  }
}

/** Closing the window during a save needs a confirmation. */
window.addEventListener('beforeunload', (event) => {
  if (pending > 0) event.preventDefault()
})

export function useSaved(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => sentence,
  )
}
