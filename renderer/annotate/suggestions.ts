/** A draft's changes as suggestions in the editor, to accept or to reject one by one. */
import { isolateHistory } from '@codemirror/commands'
import { type Extension, StateEffect, StateField } from '@codemirror/state'
import { Decoration, EditorView, type KeyBinding, WidgetType } from '@codemirror/view'

/** A part of the text that a draft would replace. */
export interface Suggestion {
  from: number
  to: number
  insert: string
}

export const setSuggestions = StateEffect.define<readonly Suggestion[]>()

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

const field = StateField.define<readonly Suggestion[]>({
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
  provide: (own) =>
    EditorView.decorations.from(own, (suggestions) =>
      Decoration.set(
        suggestions.flatMap(({ from, to, insert }) => [
          ...(to > from ? [Decoration.mark({ class: 'suggested-out' }).range(from, to)] : []),
          Decoration.widget({ widget: new SuggestedText(insert), side: 1 }).range(Math.max(from, to)),
        ]),
        true,
      ),
    ),
})

export const suggestions: Extension = field

/** Tab accepts and Escape rejects the first suggestion after the caret, else the first. */
export const suggestionKeys: KeyBinding[] = [
  { key: 'Tab', run: (view) => resolve(view, true) },
  { key: 'Escape', run: (view) => resolve(view, false) },
]

/** If nothing else takes it, Escape leaves the text. */
export const leaveKey: KeyBinding = { key: 'Escape', run: leave }

function leave(view: EditorView): boolean {
  view.contentDOM.blur()
  return true
}

function resolve(view: EditorView, accept: boolean): boolean {
  const all = view.state.field(field)
  const caret = view.state.selection.main.head
  const chosen = all.find(({ to }) => to >= caret) ?? all[0]
  if (!chosen) return false
  const rest = all.filter((suggestion) => suggestion !== chosen)
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
