/** Keyboard shortcuts: what keys do in the current view, and the list of them that `?` shows. */
import { useEffect, useRef } from 'react'
import { type Focused, keysOf, takesPlainKey } from './pressed-keys.ts'

export interface KeyBinding {
  /** As shown and as matched: `g d`, `Ctrl+Enter`, `Alt+ArrowUp`, `?`. Ctrl means Cmd on a Mac. */
  keys: string
  does: string
  run(event: KeyboardEvent): void
  /** Whether it also applies while the user types; if not, keys without Ctrl or Alt go to the text. */
  whileTyping?: boolean
  /** Whether it also applies while a dialog is open: for the dialog's own keys, and for those of the whole app. */
  inDialog?: boolean
  /** Whether a held key acts again and again; only for what moves, never for what decides. */
  repeats?: boolean
}

const active = new Set<{ title: string; bindings: () => KeyBinding[] }>()

/** Binds keys while the component is on the screen. */
export function useKeys(title: string, bindings: KeyBinding[]): void {
  const newest = useRef(bindings)
  newest.current = bindings
  useEffect(() => {
    const group = { title, bindings: () => newest.current }
    active.add(group)
    return () => void active.delete(group)
  }, [title])
}

/** All current bindings, the innermost component first. */
export function boundKeys(): { title: string; bindings: KeyBinding[] }[] {
  return [...active].reverse().map(({ title, bindings }) => ({ title, bindings: bindings() }))
}

const chordMs = 1200
let leader: { key: string; at: number } | null = null

/** The key that acted last, as long as it is held: `Enter`. */
let held: string | null = null

/** Called once, when the UI starts. @returns a function that stops listening */
export function listenForKeys(): () => void {
  const listening = new AbortController()
  const { signal } = listening
  window.addEventListener('keydown', ignoreHeld, { signal, capture: true })
  window.addEventListener('keydown', handle, { signal })
  window.addEventListener('keyup', ({ code }) => code === held && letGo(), { signal })
  window.addEventListener('blur', letGo, { signal })
  return () => listening.abort()
}

function letGo(): void {
  held = null
}

/** A key that has acted does nothing more until it is let go, not even in a text that has the focus by then. */
function ignoreHeld(event: KeyboardEvent): void {
  if (!event.repeat) letGo()
  else if (event.code === held) {
    event.preventDefault()
    event.stopPropagation()
  }
}

/** A toast is a dialog to screen readers, but takes no keys from the view. */
const openDialog = '[role=dialog]:not(.toast)'

function handle(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const pressed = keysOf(event)
  const chord = leader && event.timeStamp - leader.at < chordMs ? `${leader.key} ${pressed}` : null
  const typing = isTyping(event)
  const isInDialog = document.querySelector(openDialog) !== null
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
  const find = (keys: string) =>
    [...active]
      .reverse()
      .flatMap(({ bindings }) => bindings())
      .filter(({ inDialog }) => inDialog || !isInDialog)
      .find((binding) => binding.keys === keys && (!typing || !isPlain || binding.whileTyping))
  const binding = (chord && find(chord)) || find(pressed)
  leader = !typing && isPlain && !binding ? { key: pressed, at: event.timeStamp } : null
  if (!binding) {
    if (!isInDialog) leaveField(event)
    return
  }
  event.preventDefault()
  if (!binding.repeats) {
    if (event.repeat) return
    held = event.code
  }
  binding.run(event)
}

/** Escape leaves a field; a search that has a text is emptied first, by the browser. Enter goes from a search to its list. */
function leaveField({ target, key }: KeyboardEvent): void {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return
  const isSearch = target.type === 'search'
  if (key === 'Escape' ? !isSearch || target.value === '' : isSearch && key === 'Enter') target.blur()
}

function isTyping({ target, key }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && takesPlainKey(target as HTMLElement & Focused, key)
}
