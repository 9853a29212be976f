/** Where the notes beside the text belong: level with the line on which each change ends; changes on one line share one. */
import type { Extension } from '@codemirror/state'
import { type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import type { DrawingField } from './drawing.ts'
import type { Change } from './edit-diff.ts'

export interface MarginNote {
  /** Pixels from the top of the text. */
  top: number
  height: number
  changes: Change[]
  /** The one that the caret is at. */
  at: Change | null
}

interface Place extends Pick<MarginNote, 'top'> {
  change: Change
  isAt: boolean
  top: number
  bottom: number
}

/** Calls `onNotes` whenever a note appears, moves or goes. */
export function margin(drawing: DrawingField, onNotes: (notes: MarginNote[]) => void): Extension {
  return ViewPlugin.define((view) => {
    let newest = ''
    const request = {
      key: 'margin-notes',
      read: () => notesOf(placesOf(view, drawing)),
      write: (notes: MarginNote[]) => {
        const next = JSON.stringify(notes)
        if (next === newest) return
        newest = next
        onNotes(notes)
      },
    }
    return {
      update(update: ViewUpdate) {
        const hasDrawn = update.state.field(drawing) !== update.startState.field(drawing)
        if (hasDrawn || update.docChanged || update.geometryChanged || update.viewportChanged)
          view.requestMeasure(request)
      },
    }
  })
}

function placesOf(view: EditorView, drawing: DrawingField): Place[] {
  const { changes, at: current } = view.state.field(drawing)
  if (changes.length === 0) return []
  const top = view.contentDOM.getBoundingClientRect().top
  const last = new Map<number, Place>()
  for (const element of view.contentDOM.querySelectorAll('.hunk')) {
    const at = view.posAtDOM(element)
    const change = changes.findIndex(({ editedStart, editedEnd }) => editedStart <= at && at <= editedEnd)
    const rect = [...element.getClientRects()].at(-1)
    if (change < 0 || !rect) continue
    const place = { top: rect.top - top, bottom: rect.bottom - top }
    last.set(change, { ...place, change: changes[change]!, isAt: change === current })
  }
  return [...last.values()].sort((a, b) => a.change.editedStart - b.change.editedStart)
}

/** Puts places that overlap by more than half of their height on one line. */
export function notesOf(places: readonly Place[]): MarginNote[] {
  const notes: MarginNote[] = []
  for (const { change, top, bottom, isAt } of places) {
    const note = notes.at(-1)
    const overlap = note ? Math.min(note.top + note.height, bottom) - Math.max(note.top, top) : 0
    if (note && overlap > (bottom - top) / 2) {
      note.changes.push(change)
      if (isAt) note.at = change
    } else {
      const at = isAt ? change : null
      notes.push({ top: Math.round(top), height: Math.round(bottom - top), changes: [change], at })
    }
  }
  return notes
}
