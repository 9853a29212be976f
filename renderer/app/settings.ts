/** Settings of one user on one machine: appearance, name, servers. Stored by the browser. */
import { useSyncExternalStore } from 'react'

export interface Settings {
  theme: 'system' | 'light' | 'dark'
  /** Percent of the base size. */
  textSize: number
  /** The name under which annotations and verdicts are saved. */
  annotator: string
  /** An OpenAI-compatible server on this machine, for drafts and judging. */
  server: string
  serverModel: string
  /** A model of the project that drafts, by name or path; if empty, the server drafts. */
  draftModel: string
  /** The edit ratio above which the meter warns. */
  editRatioTarget: number
  /** The unit of the editor's diff. */
  diffIn: 'words' | 'tokens'
  /** Name of the model whose tokens are used; if empty, the project's newest. */
  diffTokenizer: string
  /** Whether context and preferred response are open beside the response that is edited. */
  showsContext: boolean
  showsPreferred: boolean
  /** Whether the queue is beside the item, where there is room. */
  showsQueue: boolean
  /** Whether the guidelines are beside the item, in the queue's place. */
  showsGuidelines: boolean
  /** Whether spaces, tabs and line ends are drawn in the editor. */
  showsWhitespace: boolean
  /** The project that the guide is shown in; null once it is dismissed. */
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
  showsContext: true,
  showsPreferred: true,
  showsQueue: true,
  showsGuidelines: false,
  showsWhitespace: false,
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

/** Applies theme and text size to the document. */
export function applyAppearance(): void {
  const { dataset, style } = document.documentElement
  if (current.theme === 'system') delete dataset.theme
  else dataset.theme = current.theme
  style.fontSize = `${current.textSize}%`
}
