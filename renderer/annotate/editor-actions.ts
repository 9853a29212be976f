/** Moves between the changes of an edit, puts back one or a word of it, and shows a draft's suggestions. */
import { encodeWords } from '../../electron/pipeline/label/words.ts'
import { markPutBack } from './drawing.ts'
import { type Change, diffEdit } from './edit-diff.ts'
import type { EditorHandle } from './editor.ts'
import { partsOf, putBackWord } from './put-back.ts'
import { setSuggestions } from './suggestions.ts'

/** The change nearest to the caret, of some or of all. */
export function nearestChange(
  { view, drawing }: EditorHandle,
  among: readonly Change[] = drawing().changes,
): Change | undefined {
  const caret = view.state.selection.main.head
  const distance = ({ editedStart, editedEnd }: Change) =>
    caret < editedStart ? editedStart - caret : Math.max(0, caret - editedEnd)
  return [...among].sort((a, b) => distance(a) - distance(b))[0]
}

/** Moves the caret to the next or the previous change. */
export function moveToChange({ view, drawing }: EditorHandle, by: 1 | -1): void {
  const caret = view.state.selection.main.head
  const starts = drawing().changes.map(({ editedStart }) => editedStart)
  const next = by > 0 ? starts.find((start) => start > caret) : starts.findLast((start) => start < caret)
  if (next === undefined) return
  view.dispatch({ selection: { anchor: next }, scrollIntoView: true })
  view.focus()
}

/** Gives a change its rejected text back. */
export function putBackChange({ view }: EditorHandle, change: Change, rejected: string): void {
  const { rejectedStart, rejectedEnd, editedStart, editedEnd } = change
  const insert = rejected.slice(rejectedStart, rejectedEnd)
  view.dispatch({
    changes: { from: editedStart, to: editedEnd, insert },
    effects: markPutBack(editedStart, insert.length),
    userEvent: 'input.restore',
  })
  view.focus()
}

/** Puts back one removed word. @param part its index in the parts of the change at `position` */
export function putBackWordAt(
  handle: EditorHandle,
  rejected: string,
  { position, part }: { position: number; part: number },
): void {
  const { view, drawing } = handle
  const change = drawing().changes.find(
    ({ editedStart, editedEnd }) => editedStart <= position && position <= editedEnd,
  )
  if (!change) return
  const removed = rejected.slice(change.rejectedStart, change.rejectedEnd)
  const whole = { ...change, rejectedStart: 0, rejectedEnd: removed.length }
  const parts = partsOf(removed, whole, encodeWords(removed)[0]!.offsets)
  if (parts.filter(({ isWord }) => isWord).length < 2) {
    putBackChange(handle, change, rejected)
    return
  }
  const { at, insert } = putBackWord(parts, part, change)
  view.dispatch({
    changes: { from: at, insert },
    effects: markPutBack(at, insert.trimEnd().length),
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
