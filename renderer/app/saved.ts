/** The last durable save, for the status line: said only once the host has answered that it is on the disk. */
import { useSyncExternalStore } from 'react'

let sentence = ''
let pending = 0
const listeners = new Set<() => void>()

function say(next: string): void {
  sentence = next
  for (const listener of listeners) listener()
}

/** Runs a save and says how it ended. @throws what the save throws */
export async function saving<T>(save: () => Promise<T>): Promise<T> {
  say('Saving…')
  pending++
  try {
    const result = await save()
    say(`Saved ${new Date().toLocaleTimeString('en-GB')}`)
    return result
  } catch (error) {
    say(`Not saved: ${error instanceof Error ? error.message : error}`)
    throw error
  } finally {
    pending--
  }
}

/** A page that is closed while it saves asks first. */
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
