/** Marks words that were corrected before. Tab corrects the next of them too, Escape hides them; the text never moves. */
import { isolateHistory } from '@codemirror/commands'
import { type Extension, StateEffect, StateField } from '@codemirror/state'
import { Decoration, EditorView, type KeyBinding } from '@codemirror/view'
import type { Repeat } from './repeats.ts'

export const setRepeats = StateEffect.define<readonly Repeat[]>()
const hideRepeats = StateEffect.define<null>()

interface Remembered {
  repeats: readonly Repeat[]
  /** For the rest of the work on this item. */
  isHidden: boolean
}

const field: StateField<Remembered> = StateField.define<Remembered>({
  create: () => ({ repeats: [], isHidden: false }),
  update(remembered, transaction) {
    let { repeats, isHidden } = remembered
    if (transaction.docChanged && repeats.length > 0) {
      const { changes } = transaction
      repeats = repeats
        .filter(({ from, to }) => changes.touchesRange(from, to) === false)
        .map((repeat) => ({ ...repeat, from: changes.mapPos(repeat.from), to: changes.mapPos(repeat.to) }))
    }
    for (const effect of transaction.effects) {
      if (effect.is(setRepeats)) repeats = effect.value
      if (effect.is(hideRepeats)) isHidden = true
    }
    const isSame = repeats === remembered.repeats && isHidden === remembered.isHidden
    return isSame ? remembered : { repeats, isHidden }
  },
  provide: (own) =>
    EditorView.decorations.compute([own, 'selection'], (state) => {
      const { repeats, isHidden } = state.field(own)
      if (isHidden) return Decoration.none
      const next = nextOf(repeats, state.selection.main.head)
      return Decoration.set(
        repeats.map((repeat) =>
          Decoration.mark({ class: repeat === next ? 'remembered is-next' : 'remembered' }).range(
            repeat.from,
            repeat.to,
          ),
        ),
      )
    }),
})

export const remembered: Extension = field

/** The first after the caret, else the first. */
function nextOf(repeats: readonly Repeat[], caret: number): Repeat | undefined {
  return repeats.find(({ to }) => to >= caret) ?? repeats[0]
}

/** What Tab would correct; null if nothing. */
export function nextRepeat({ state }: EditorView): Repeat | null {
  const { repeats, isHidden } = state.field(field)
  return isHidden ? null : (nextOf(repeats, state.selection.main.head) ?? null)
}

export const rememberedKeys: KeyBinding[] = [
  { key: 'Tab', run: apply },
  { key: 'Escape', run: hide },
]

function apply(view: EditorView): boolean {
  const next = nextRepeat(view)
  if (next === null) return false
  const { from, to, insert } = next
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length },
    scrollIntoView: true,
    annotations: isolateHistory.of('full'),
    userEvent: 'input.remembered',
  })
  return true
}

function hide(view: EditorView): boolean {
  if (nextRepeat(view) === null) return false
  view.dispatch({ effects: hideRepeats.of(null) })
  return true
}
