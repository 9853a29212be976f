/** The last save, for the status bar: shown only after the host has confirmed that it is on disk. */
import { useSyncExternalStore } from 'react'

let sentence = ''
/** What is said instead while something is not saved. */
let unsavedSentence: string | null = null
let pending = 0
const listeners = new Set<() => void>()

function show(next: string): void {
  sentence = next
  for (const listener of listeners) listener()
}

/** Takes the place of "Saved" as long as something is not. @param sentence null once all is saved */
export function showUnsaved(sentence: string | null): void {
  if (unsavedSentence === sentence) return
  unsavedSentence = sentence
  for (const listener of listeners) listener()
}

/** Runs a save and shows its outcome; closing the window before it has one needs a confirmation. @throws what the save throws */
export async function saving<T>(save: () => Promise<T>): Promise<T> {
  pending++
  try {
    return await showSaving(save)
  } finally {
    pending--
  }
}

/** The same for what would survive the closing of the window. @throws what the save throws */
export async function showSaving<T>(save: () => Promise<T>): Promise<T> {
  show('Saving…')
  try {
    const result = await save()
    show(`Saved ${new Date().toLocaleTimeString('en-GB')}`)
    return result
  } catch (error) {
    show(`Not saved: ${error instanceof Error ? error.message : error}`)
    throw error
  }
}

window.addEventListener('beforeunload', (event) => {
  if (pending > 0) event.preventDefault()
})

export function useSaved(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => unsavedSentence ?? sentence,
  )
}
