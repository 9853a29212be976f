/** Settings of one user on one machine: appearance, name, servers. Stored by the browser. */
import { useSyncExternalStore } from 'react'

export interface Settings {
  theme: 'system' | 'light' | 'dark'
  /** Percent of the base size. */
  textSize: number
  /** Texts that one reads, edits or judges: their typeface, size in px at 100%, width in characters, and lines. */
  readingFace: 'serif' | 'sans' | 'mono'
  readingSize: number
  readingWidth: number
  readingSpacing: 'tight' | 'normal' | 'loose'
  reducesMotion: boolean
  hasMoreContrast: boolean
  /** Whether removed and added words have colours besides their marks. */
  coloursMarks: boolean
  /** Whether each change has a note in the margin. */
  showsMarginNotes: boolean
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

export const defaultSettings: Settings = {
  theme: 'system',
  textSize: 100,
  readingFace: 'serif',
  readingSize: 18,
  readingWidth: 62,
  readingSpacing: 'normal',
  reducesMotion: false,
  hasMoreContrast: false,
  coloursMarks: true,
  showsMarginNotes: true,
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
    return { ...defaultSettings, ...JSON.parse(localStorage.getItem(key) ?? '{}') }
  } catch {
    return defaultSettings
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

/** Back to the defaults, but for the name under which work is saved and the guide. */
export function resetSettings(): void {
  const { annotator, guide } = current
  changeSettings({ ...defaultSettings, annotator, guide })
}

const faces = { serif: '--font-serif', sans: '--font-ui', mono: '--font-code' } as const
/** Of texts that are edited and of those that are read. */
const leads = { tight: [1.55, 1.45], normal: [1.8, 1.65], loose: [2.1, 1.95] } as const

/** Applies what is about the appearance to the document, where `ui/tokens.css` and the views find it. */
export function applyAppearance(): void {
  const { dataset, style } = document.documentElement
  const marks = {
    theme: current.theme === 'system' ? undefined : current.theme,
    motion: current.reducesMotion ? 'reduced' : undefined,
    contrast: current.hasMoreContrast ? 'more' : undefined,
    marks: current.coloursMarks ? undefined : 'plain',
    marginNotes: current.showsMarginNotes ? undefined : 'hidden',
  }
  for (const [name, value] of Object.entries(marks)) {
    if (value === undefined) delete dataset[name]
    else dataset[name] = value
  }
  style.fontSize = `${current.textSize}%`
  for (const [name, value] of Object.entries(readingStyle(current))) style.setProperty(name, value)
}

/** The tokens of texts that one reads, edits or judges; the smaller ones keep their proportion. */
export function readingStyle({
  readingFace,
  readingSize,
  readingWidth,
  readingSpacing,
}: Pick<Settings, 'readingFace' | 'readingSize' | 'readingWidth' | 'readingSpacing'>): Record<
  string,
  string
> {
  const remOf = (px: number) => `${(px * readingSize) / (16 * defaultSettings.readingSize)}rem`
  const [edit, read] = leads[readingSpacing]
  return {
    '--font-read': `var(${faces[readingFace]})`,
    '--read-2': remOf(15),
    '--read-3': remOf(16),
    '--read-4': remOf(18),
    '--measure': `${readingWidth}ch`,
    '--lead-edit': String(edit),
    '--lead-read': String(read),
  }
}
