/**
 * How an edit is drawn in the editor: removed words in place and struck, added words underlined, the change at the
 * caret framed, words that were put back dotted. Nothing here changes the text.
 */
import { type Extension, type Range, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view'
import { encodeWords } from '../../electron/pipeline/label/words.ts'
import type { Change } from './edit-diff.ts'
import { partsOf } from './put-back.ts'

export const setChanges = StateEffect.define<readonly Change[]>()
/** Marks a stretch of the text as put back. */
const putBackAt = StateEffect.define<{ from: number; to: number }>({
  map: ({ from, to }, changes) => ({ from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) }),
})

/** The effect that goes with inserting text that was put back. */
export function markPutBack(from: number, length: number): StateEffect<unknown>[] {
  return length === 0 ? [] : [putBackAt.of({ from, to: from + length })]
}

export interface Drawing {
  readonly changes: readonly Change[]
  /** Index of the change at the caret, else -1. */
  readonly at: number
}

interface Drawn extends Drawing {
  readonly marks: DecorationSet
}

/** The change that the caret is in or beside. */
function changeAt(changes: readonly Change[], caret: number): number {
  return changes.findIndex(({ editedStart, editedEnd }) => editedStart <= caret && caret <= editedEnd)
}

export type DrawingField = StateField<Drawing>

/** @param rejected the text that the editor's text is compared with */
export function drawingField(rejected: string): DrawingField {
  const field: StateField<Drawn> = StateField.define<Drawn>({
    create: () => ({ changes: [], at: -1, marks: Decoration.none }),
    update(drawn, transaction) {
      const caret = transaction.state.selection.main.head
      for (const effect of transaction.effects)
        if (effect.is(setChanges)) return draw(rejected, effect.value, changeAt(effect.value, caret))
      if (transaction.docChanged) {
        const map = (at: number, side: 1 | -1) => transaction.changes.mapPos(at, side)
        const changes = drawn.changes.map((change) => ({
          ...change,
          editedStart: map(change.editedStart, -1),
          editedEnd: map(change.editedEnd, 1),
        }))
        return { changes, at: drawn.at, marks: drawn.marks.map(transaction.changes) }
      }
      if (!transaction.selection) return drawn
      const at = changeAt(drawn.changes, caret)
      return at === drawn.at ? drawn : draw(rejected, drawn.changes, at)
    },
    provide: (own) => EditorView.decorations.from(own, ({ marks }) => marks),
  })
  return field
}

function draw(rejected: string, changes: readonly Change[], at: number): Drawn {
  const marks = changes.flatMap((change, i) => marksOf(rejected, change, i === at))
  return { changes, at, marks: Decoration.set(marks, true) }
}

function marksOf(rejected: string, change: Change, isAt: boolean): Range<Decoration>[] {
  const { rejectedStart, rejectedEnd, editedStart, editedEnd } = change
  const marks: Range<Decoration>[] = []
  const isInsertion = editedEnd > editedStart
  const isRemoval = rejectedEnd > rejectedStart
  const name = isAt ? 'hunk is-at' : 'hunk'
  if (isRemoval) {
    const removed = rejected.slice(rejectedStart, rejectedEnd)
    const widget = new RemovedText(removed, isInsertion ? `${name} leads` : name)
    marks.push(Decoration.widget({ widget, side: -1 }).range(editedStart))
  }
  if (isInsertion) {
    const mark = Decoration.mark({ tagName: 'ins', class: `added ${name} ${isRemoval ? 'follows' : ''}` })
    marks.push(mark.range(editedStart, editedEnd))
  }
  return marks
}

/** Above this many words, only the whole change can be put back. */
const maxWords = 400

class RemovedText extends WidgetType {
  readonly #text: string
  readonly #name: string

  constructor(text: string, name: string) {
    super()
    this.#text = text
    this.#name = name
  }

  override eq(other: RemovedText): boolean {
    return other.#text === this.#text && other.#name === this.#name
  }

  toDOM(): HTMLElement {
    const element = document.createElement('del')
    element.className = `removed ${this.#name}`
    element.append(...wordsOf(this.#text))
    return element
  }

  /** A click on a word is a click on the text: it puts the word back. */
  override ignoreEvent(event: Event): boolean {
    return event.type !== 'mousedown'
  }
}

function wordsOf(text: string): (string | HTMLElement)[] {
  const whole = { rejectedStart: 0, rejectedEnd: text.length, editedStart: 0, editedEnd: 0 }
  const words = encodeWords(text)[0]!.offsets
  if (words.length > maxWords) return [text]
  return partsOf(text, whole, words).map((part, i) => {
    if (!part.isWord) return part.text
    const word = document.createElement('span')
    word.className = 'removed-word'
    word.dataset.part = String(i)
    word.title = 'Put back'
    word.textContent = part.text
    return word
  })
}

/** Words that were put back since the item was opened. */
export const standing: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes)
    for (const effect of transaction.effects) {
      if (!effect.is(putBackAt) || effect.value.from >= effect.value.to) continue
      const mark = Decoration.mark({ class: 'stands' }).range(effect.value.from, effect.value.to)
      next = next.update({ add: [mark] })
    }
    return next
  },
  provide: (own) => EditorView.decorations.from(own),
})
