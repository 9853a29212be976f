/** Finds words in the text of the editor, which draws only the part in sight, so that the browser would miss the rest. */
import { type Extension, StateEffect, StateField } from '@codemirror/state'
import { Decoration, EditorView } from '@codemirror/view'

const setQuery = StateEffect.define<string>()
const setAt = StateEffect.define<number>()

interface Found {
  query: string
  starts: readonly number[]
  /** Index of the current one, else -1. */
  at: number
}

const none: Found = { query: '', starts: [], at: -1 }
const maxFound = 1000

/** Without regard to case. */
export function startsOf(text: string, query: string): number[] {
  const lower = text.toLowerCase()
  // A few letters change their length with their case.
  const isSafe = lower.length === text.length
  const [within, wanted] = isSafe ? [lower, query.toLowerCase()] : [text, query]
  const starts: number[] = []
  if (wanted === '') return starts
  for (let at = within.indexOf(wanted); at >= 0 && starts.length < maxFound; ) {
    starts.push(at)
    at = within.indexOf(wanted, at + wanted.length)
  }
  return starts
}

const field = StateField.define<Found>({
  create: () => none,
  update(found, { docChanged, effects, newDoc, state }) {
    let next = found
    for (const effect of effects) {
      if (effect.is(setQuery)) {
        const starts = startsOf(newDoc.toString(), effect.value)
        const caret = state.selection.main.from
        const after = starts.findIndex((start) => start >= caret)
        next = { query: effect.value, starts, at: after < 0 ? Math.min(0, starts.length - 1) : after }
      }
      if (effect.is(setAt)) next = { ...next, at: effect.value }
    }
    if (!docChanged || next.query === '') return next
    const starts = startsOf(newDoc.toString(), next.query)
    return { ...next, starts, at: Math.min(next.at, starts.length - 1) }
  },
  provide: (own) =>
    EditorView.decorations.from(own, ({ query, starts, at }) =>
      Decoration.set(
        starts.map((start, i) =>
          Decoration.mark({ class: i === at ? 'found is-at' : 'found' }).range(start, start + query.length),
        ),
      ),
    ),
})

export const find: Extension = field

/** Marks where a text is, the one at or after the caret as the current one. @returns how many there are, and its index */
export function findText(view: EditorView, query: string): { count: number; at: number } {
  view.dispatch({ effects: setQuery.of(query) })
  const { starts, at } = view.state.field(field)
  return { count: starts.length, at }
}

/** How many places there are now: the text may have been edited since it was searched. */
export function foundIn(view: EditorView): number {
  return view.state.field(field).starts.length
}

/** Goes to one of the places; -1 to none. */
export function goToFound(view: EditorView, at: number): void {
  view.dispatch({ effects: setAt.of(at) })
  const start = view.state.field(field).starts[at]
  if (start !== undefined) view.dispatch({ effects: EditorView.scrollIntoView(start, { y: 'center' }) })
}

/** Ends the search; the caret is then at the place that was found last. */
export function endFind(view: EditorView): void {
  const { query, starts, at } = view.state.field(field)
  const start = starts[at]
  view.dispatch({
    effects: setQuery.of(''),
    ...(start === undefined ? {} : { selection: { anchor: start, head: start + query.length } }),
  })
  view.focus()
}
