/**
 * Who edits the clerks' responses: one who makes no mistake, or people of several habits. People overlook flaws, subtle
 * ones most, and some reword what was fine. An editor's habits are a row of a table.
 */
import type { EditorMix } from '../contract/worlds.ts'
import type { Draws } from './draws.ts'
import { type FlawKind, flawCosts, isSubtle } from './flaws.ts'

/** What an editor does, as probabilities. */
export interface Care {
  /** That a flaw of the kind is fixed. */
  fix: Record<FlawKind, number>
  /** That a sentence without flaws is reworded. */
  reword: number
  /** Which wording a rewording takes: any other one, or always the one that this editor prefers. */
  rewordTo: 'any' | 'preferred'
}

function fixing(plain: number, subtle: number): Record<FlawKind, number> {
  const kinds = Object.keys(flawCosts) as FlawKind[]
  const entries = kinds.map((kind) => [kind, isSubtle[kind] ? subtle : plain])
  return Object.fromEntries(entries) as Record<FlawKind, number>
}

/** The habits of each editor; the names are those of the annotators in a project. */
export const editors = {
  perfect: { fix: fixing(1, 1), reword: 0, rewordTo: 'any' },
  careful: { fix: fixing(0.95, 0.85), reword: 0.02, rewordTo: 'any' },
  hasty: { fix: fixing(0.75, 0.4), reword: 0.02, rewordTo: 'any' },
  stylist: { fix: fixing(0.9, 0.7), reword: 0.3, rewordTo: 'preferred' },
} as const satisfies Record<string, Care>

export type EditorName = keyof typeof editors

/** Who makes which share of the edits; the shares of a mix add up to one. */
export const editorMixes: Record<EditorMix, Partial<Record<EditorName, number>>> = {
  perfect: { perfect: 1 },
  people: { careful: 0.5, hasty: 0.3, stylist: 0.2 },
}

/** The editor of one response. */
export function pickEditor(mix: EditorMix, draws: Draws): EditorName {
  const shares = Object.entries(editorMixes[mix]) as [EditorName, number][]
  return draws.pick(
    shares.map(([name]) => name),
    shares.map(([, share]) => share),
  )
}
