/**
 * The editor of a response: deleted and inserted words are drawn as the text changes, and a draft's suggestions beside
 * them. Its history begins with the rejected response, so undo is unlimited, after a restart too.
 */
import { history, historyKeymap, isolateHistory, standardKeymap } from '@codemirror/commands'
import { Annotation, EditorState, type Range, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  type ViewUpdate,
  WidgetType,
} from '@codemirror/view'
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'
import type { Operation } from './operations.ts'

/** A part of the text that a draft would replace. */
export interface Suggestion {
  from: number
  to: number
  insert: string
}

const setHunks = StateEffect.define<readonly TextHunk[]>()
export const setSuggestions = StateEffect.define<readonly Suggestion[]>()
/** Marks changes that are replayed from the record and must not be recorded again. */
export const replayed = Annotation.define<boolean>()

class DeletedText extends WidgetType {
  readonly #text: string

  constructor(text: string) {
    super()
    this.#text = text
  }

  override eq(other: DeletedText): boolean {
    return other.#text === this.#text
  }

  toDOM(): HTMLElement {
    const element = document.createElement('del')
    element.className = 'removed'
    element.textContent = this.#text
    return element
  }
}

class SuggestedText extends WidgetType {
  readonly #text: string

  constructor(text: string) {
    super()
    this.#text = text
  }

  override eq(other: SuggestedText): boolean {
    return other.#text === this.#text
  }

  toDOM(): HTMLElement {
    const element = document.createElement('span')
    element.className = 'suggested'
    element.textContent = this.#text
    return element
  }
}

interface Drawing {
  hunks: readonly TextHunk[]
  marks: DecorationSet
}

function drawingField(rejected: string) {
  return StateField.define<Drawing>({
    create: () => ({ hunks: [], marks: Decoration.none }),
    update(drawing, transaction) {
      for (const effect of transaction.effects) {
        if (effect.is(setHunks)) return { hunks: effect.value, marks: marksOf(rejected, effect.value) }
      }
      if (!transaction.docChanged) return drawing
      const map = (at: number) => transaction.changes.mapPos(at)
      const hunks = drawing.hunks.map((hunk) => ({
        ...hunk,
        editedStart: map(hunk.editedStart),
        editedEnd: map(hunk.editedEnd),
      }))
      return { hunks, marks: drawing.marks.map(transaction.changes) }
    },
    provide: (field) => EditorView.decorations.from(field, ({ marks }) => marks),
  })
}

function marksOf(rejected: string, hunks: readonly TextHunk[]): DecorationSet {
  const marks: Range<Decoration>[] = hunks.flatMap((hunk) => {
    const { rejectedStart, rejectedEnd, editedStart, editedEnd } = hunk
    const deleted = new DeletedText(rejected.slice(rejectedStart, rejectedEnd))
    return [
      ...(rejectedEnd > rejectedStart
        ? [Decoration.widget({ widget: deleted, side: -1 }).range(editedStart)]
        : []),
      ...(editedEnd > editedStart
        ? [Decoration.mark({ tagName: 'ins', class: 'added' }).range(editedStart, editedEnd)]
        : []),
    ]
  })
  return Decoration.set(marks, true)
}

const suggestionField = StateField.define<readonly Suggestion[]>({
  create: () => [],
  update(suggestions, transaction) {
    let next = suggestions
    if (transaction.docChanged) {
      const { changes } = transaction
      next = next.map(({ from, to, insert }) => ({
        from: changes.mapPos(from, 1),
        to: changes.mapPos(to, -1),
        insert,
      }))
    }
    for (const effect of transaction.effects) if (effect.is(setSuggestions)) next = effect.value
    return next
  },
  provide: (field) =>
    EditorView.decorations.from(field, (suggestions) =>
      Decoration.set(
        suggestions.flatMap(({ from, to, insert }) => [
          ...(to > from ? [Decoration.mark({ class: 'suggested-out' }).range(from, to)] : []),
          Decoration.widget({ widget: new SuggestedText(insert), side: 1 }).range(Math.max(from, to)),
        ]),
        true,
      ),
    ),
})

export interface EditorHandle {
  view: EditorView
  hunks(): readonly TextHunk[]
  draw(hunks: readonly TextHunk[]): void
  destroy(): void
}

export function openEditor({
  parent,
  rejected,
  operations,
  onChange,
}: {
  parent: HTMLElement
  rejected: string
  /** Replayed from the rejected response. */
  operations: readonly Operation[]
  onChange: (update: ViewUpdate) => void
}): EditorHandle {
  const drawing = drawingField(rejected)
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: rejected,
      extensions: [
        drawing,
        suggestionField,
        history({ minDepth: 1_000_000 }),
        keymap.of([...suggestionKeys, ...historyKeys, ...standardKeymap]),
        EditorView.lineWrapping,
        EditorState.lineSeparator.of('\n'),
        EditorView.contentAttributes.of({ 'aria-label': 'Rejected response: edit as little as possible' }),
        EditorView.updateListener.of(onChange),
      ],
    }),
  })
  for (const { at, removed, inserted } of operations) {
    view.dispatch({
      changes: { from: at, to: at + removed.length, insert: inserted },
      annotations: [replayed.of(true), isolateHistory.of('full')],
    })
  }
  return {
    view,
    hunks: () => view.state.field(drawing).hunks,
    draw: (hunks) => view.dispatch({ effects: setHunks.of(hunks) }),
    destroy: () => view.destroy(),
  }
}

/** Without the one that takes Alt+U, which undoes Done (use-undo.ts). */
const historyKeys = historyKeymap.filter(({ key }) => key !== 'Alt-u')

/** Tab accepts and Escape rejects the first suggestion after the caret, else the first. Without any, Escape leaves. */
const suggestionKeys = [
  { key: 'Tab', run: (view: EditorView) => resolveSuggestion(view, true) },
  { key: 'Escape', run: (view: EditorView) => resolveSuggestion(view, false) || leave(view) },
]

function leave(view: EditorView): boolean {
  view.contentDOM.blur()
  return true
}

function resolveSuggestion(view: EditorView, accept: boolean): boolean {
  const suggestions = view.state.field(suggestionField)
  const caret = view.state.selection.main.head
  const chosen = suggestions.find(({ to }) => to >= caret) ?? suggestions[0]
  if (!chosen) return false
  const rest = suggestions.filter((suggestion) => suggestion !== chosen)
  if (!accept) {
    view.dispatch({ effects: setSuggestions.of(rest) })
    return true
  }
  const { from, to, insert } = chosen
  const changes = view.state.changes({ from, to, insert })
  const moved = rest.map((other) => ({
    ...other,
    from: changes.mapPos(other.from, 1),
    to: changes.mapPos(other.to, -1),
  }))
  view.dispatch({
    changes,
    selection: { anchor: from + insert.length },
    effects: setSuggestions.of(moved),
    annotations: isolateHistory.of('full'),
    userEvent: 'input.suggestion',
  })
  return true
}
