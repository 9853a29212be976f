/** Moves between the changes of an edit, restores one, and puts a draft's suggestions into the editor. */
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'
import { diffEdit } from './edit-diff.ts'
import { type EditorHandle, setSuggestions } from './editor.ts'

/** The change at the caret, or the one nearest to it. */
export function hunkAtCaret({ view, hunks }: EditorHandle): TextHunk | undefined {
  const caret = view.state.selection.main.head
  const distance = ({ editedStart, editedEnd }: TextHunk) =>
    caret < editedStart ? editedStart - caret : Math.max(0, caret - editedEnd)
  return [...hunks()].sort((a, b) => distance(a) - distance(b))[0]
}

/** Moves the caret to the next or the previous change. */
export function moveToHunk({ view, hunks }: EditorHandle, by: 1 | -1): void {
  const caret = view.state.selection.main.head
  const starts = hunks().map(({ editedStart }) => editedStart)
  const next = by > 0 ? starts.find((start) => start > caret) : starts.findLast((start) => start < caret)
  if (next === undefined) return
  view.dispatch({ selection: { anchor: next }, scrollIntoView: true })
  view.focus()
}

/** Gives a change its rejected text back. */
export function restoreHunk({ view }: EditorHandle, hunk: TextHunk, rejected: string): void {
  const insert = rejected.slice(hunk.rejectedStart, hunk.rejectedEnd)
  view.dispatch({
    changes: { from: hunk.editedStart, to: hunk.editedEnd, insert },
    userEvent: 'input.restore',
  })
  view.focus()
}

/** Shows the changes from the present text to a draft as suggestions. */
export function suggest({ view }: EditorHandle, edited: string): void {
  const suggestions = diffEdit(view.state.doc.toString(), edited).hunks.map((hunk) => ({
    from: hunk.rejectedStart,
    to: hunk.rejectedEnd,
    insert: edited.slice(hunk.editedStart, hunk.editedEnd),
  }))
  view.dispatch({ effects: setSuggestions.of(suggestions) })
  view.focus()
}
