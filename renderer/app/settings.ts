/** What one person sets on one machine: appearance, name, servers. Kept by the browser. */
import { useSyncExternalStore } from 'react'

export interface Settings {
  theme: 'system' | 'light' | 'dark'
  /** Percent of the base size. */
  textSize: number
  /** Under which name annotations and verdicts are kept. */
  annotator: string
  /** An OpenAI-compatible server on this machine, for drafts and judging. */
  server: string
  serverModel: string
  /** A model of the lab that drafts, by name or path; empty: the server does. */
  draftModel: string
  /** Edit ratio that the meter advises to stay below. */
  editRatioTarget: number
  /** What the editor's diff is in. */
  diffIn: 'words' | 'tokens'
  /** The model of those tokens, by name; empty: the project's newest. */
  diffTokenizer: string
  /** The project that the guide leads through; null once it was dismissed. */
  guide: { project: string; sawLabels: boolean } | null
}

const defaults: Settings = {
  theme: 'system',
  textSize: 100,
  annotator: 'me',
  server: 'http://localhost:11434/v1',
  serverModel: '',
  draftModel: '',
  editRatioTarget: 0.3,
  diffIn: 'words',
  diffTokenizer: '',
  guide: null,
}

const key = 'stet-settings'
const listeners = new Set<() => void>()
let current: Settings = read()

function read(): Settings {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? '{}') }
  } catch {
    return defaults
  }
}

export function getSettings(): Settings {
  return current
}

export function changeSettings(change: Partial<Settings>): void {
  current = { ...current, ...change }
  localStorage.setItem(key, JSON.stringify(current))
  applyAppearance()
  for (const listener of listeners) listener()
}

export function useSettings(): Settings {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, getSettings)
}

/** Theme and text size, on the document. */
export function applyAppearance(): void {
  const { style } = document.documentElement
  style.colorScheme = current.theme === 'system' ? 'light dark' : current.theme
  style.fontSize = `${(14 * current.textSize) / 100}px`
}
