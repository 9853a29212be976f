/**
 * The editor of a response: removed and added words are drawn as the text changes, and a draft's suggestions beside
 * them. Its history begins with the rejected response, so undo is unlimited, after a restart too.
 */
import { history, historyKeymap, isolateHistory, standardKeymap } from '@codemirror/commands'
import { Annotation, Compartment, EditorState, type Extension, RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  EditorView,
  highlightSpecialChars,
  highlightWhitespace,
  keymap,
  type ViewUpdate,
} from '@codemirror/view'
import { type Drawing, drawingField, setChanges, standing } from './drawing.ts'
import type { Change } from './edit-diff.ts'
import { find } from './find.ts'
import { type MarginNote, margin } from './margin.ts'
import type { Operation } from './operations.ts'
import { remembered, rememberedKeys } from './remembered.ts'
import { leaveKey, suggestionKeys, suggestions } from './suggestions.ts'

/** Marks changes that are replayed from the record and must not be recorded again. */
export const replayed = Annotation.define<boolean>()

export interface EditorHandle {
  view: EditorView
  drawing(): Drawing
  draw(changes: readonly Change[]): void
  showWhitespace(isShown: boolean): void
  destroy(): void
}

export interface EditorOptions {
  parent: HTMLElement
  rejected: string
  /** Replayed from the rejected response. */
  operations: readonly Operation[]
  onChange: (update: ViewUpdate) => void
  onNotes: (notes: MarginNote[]) => void
  /** A click on a removed word. */
  onRemovedWord: (position: number, part: number) => void
}

export function openEditor(options: EditorOptions): EditorHandle {
  const { parent, rejected, operations } = options
  const drawing = drawingField(rejected)
  const whitespace = new Compartment()
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: rejected,
      extensions: [
        drawing,
        margin(drawing, options.onNotes),
        whitespace.of([]),
        removedWords(options.onRemovedWord),
        textExtensions,
        EditorView.updateListener.of(options.onChange),
      ],
    }),
  })
  replay(view, operations)
  let drawnText = view.state.doc
  return {
    view,
    drawing: () => view.state.field(drawing),
    draw(changes) {
      // What is removed stays in sight above the caret and would push it out of view.
      const followsTyping = drawnText !== view.state.doc && view.hasFocus
      drawnText = view.state.doc
      const caret = EditorView.scrollIntoView(view.state.selection.main.head, { yMargin: 24 })
      view.dispatch({ effects: [setChanges.of(changes), ...(followsTyping ? [caret] : [])] })
    },
    showWhitespace: (isShown) =>
      view.dispatch({ effects: whitespace.reconfigure(isShown ? visibleWhitespace : []) }),
    destroy: () => view.destroy(),
  }
}

function replay(view: EditorView, operations: readonly Operation[]): void {
  for (const { at, removed, inserted } of operations) {
    view.dispatch({
      changes: { from: at, to: at + removed.length, insert: inserted },
      annotations: [replayed.of(true), isolateHistory.of('full')],
    })
  }
}

/** Each paragraph is laid out in the direction of its first letter. */
const lineDirections: Extension = [
  EditorView.perLineTextDirection.of(true),
  EditorView.decorations.compute(['doc'], ({ doc }) => {
    const builder = new RangeSetBuilder<Decoration>()
    const direction = Decoration.line({ attributes: { dir: 'auto' } })
    for (let n = 1; n <= doc.lines; n++) {
      const { from } = doc.line(n)
      builder.add(from, from, direction)
    }
    return builder.finish()
  }),
]

/** In a narrow window the foot, or its buttons, lie over the end of the sheet: the caret stays above them. */
const aboveFoot = EditorView.scrollMargins.of(({ dom }) => {
  const feet = dom.closest('.an-proof')?.querySelectorAll<HTMLElement>('.an-foot, .an-acts') ?? []
  const over = [...feet].find((foot) => getComputedStyle(foot).position === 'sticky')
  return over === undefined ? null : { bottom: over.offsetHeight }
})

const label = 'Response to edit: change as little as possible'

/** Without the one that takes Alt+U, which undoes Done (use-undo.ts). */
const historyKeys = historyKeymap.filter(({ key }) => key !== 'Alt-u')

const textExtensions: Extension = [
  suggestions,
  remembered,
  find,
  standing,
  history({ minDepth: 1_000_000 }),
  keymap.of([...suggestionKeys, ...rememberedKeys, leaveKey, ...historyKeys, ...standardKeymap]),
  EditorView.lineWrapping,
  aboveFoot,
  lineDirections,
  highlightSpecialChars({ render: carriageReturn }),
  EditorState.lineSeparator.of('\n'),
  // Windows ends lines with two characters; the first would be an invisible change of every line.
  EditorView.clipboardInputFilter.of((text) => text.replaceAll(/\r\n?/g, '\n')),
  EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'true' }),
]

/** Characters that look like nothing or like a space, beyond those that are always shown. */
const lookalikes = /[\u00a0\u2000-\u200a\u202f\u205f\u2060\u3000]/g

/** Fonts have no sign for it that could be read. */
function carriageReturn(code: number, description: string | null, placeholder: string): HTMLElement {
  const sign = document.createElement('span')
  sign.className = 'cm-specialChar'
  sign.textContent = code === 13 ? '↵' : placeholder
  sign.title = code === 13 ? 'Windows line end' : (description ?? '')
  sign.setAttribute('aria-label', sign.title)
  sign.setAttribute('role', 'img')
  return sign
}

const visibleWhitespace: Extension = [
  EditorView.editorAttributes.of({ class: 'shows-whitespace' }),
  highlightWhitespace(),
  highlightSpecialChars({ addSpecialChars: lookalikes }),
]

function removedWords(onWord: EditorOptions['onRemovedWord']): Extension {
  return EditorView.domEventHandlers({
    mousedown(event, view) {
      const word = event.target instanceof Element ? event.target.closest('.removed-word') : null
      if (!(word instanceof HTMLElement) || event.button !== 0) return false
      event.preventDefault()
      onWord(view.posAtDOM(word), Number(word.dataset.part))
      return true
    },
  })
}
