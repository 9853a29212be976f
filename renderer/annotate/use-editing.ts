/** One item being edited: the editor, its diff, and the session that records the changes and saves them. */
import type { ViewUpdate } from '@codemirror/view'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Correction, Help } from '../../electron/contract/annotate.ts'
import type { ChangeKind } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { useSettings } from '../app/settings.ts'
import { kindsOfChanges, markChange, pressKind } from './change-kinds.ts'
import { Differ, type DiffReply, type Tokenize } from './differ.ts'
import type { EditDiff } from './edit-diff.ts'
import { type EditorHandle, openEditor } from './editor.ts'
import { putBackWordAt } from './editor-actions.ts'
import type { MarginNote } from './margin.ts'
import { nextRepeat, setRepeats } from './remembered.ts'
import { correctionsHere, findRepeats, type Repeat } from './repeats.ts'
import { Session, type State, type Task } from './session.ts'

export interface Editing {
  /** @throws Error before the editor is on the screen */
  editor(): EditorHandle
  diff: EditDiff | null
  /** The text that the diff is of. */
  edited: string
  /** Why there is no diff. */
  problem: string | null
  /** Where the notes beside the changes belong. */
  notes: readonly MarginNote[]
  /** How changes were sorted. */
  marks: readonly ChangeKind[]
  /** Sorts the change at the caret: as this kind, then as a minor one of it, then not at all. */
  sort(kind: string): void
  /** Help that chance shows has arrived. */
  saw(help: Help): void
  /** Words that were corrected before: what Tab would correct now; null if nothing. */
  repeat: Repeat | null
  seconds(): number
  /** The state of the work; null until it has begun. */
  state: State | null
  /** Saves now. @throws what the host throws; it is then kept and tried again */
  save(state: State): Promise<void>
}

/** @param tokenizer name of a model whose tokens are the unit of the diff; null for words */
export function useEditing(
  parent: RefObject<HTMLElement | null>,
  task: Task,
  tokenizer: string | null,
  corrections: readonly Correction[],
): Editing {
  const { project, annotator, item } = task
  const workspace = useRef<Workspace | null>(null)
  const [{ edited, reply }, setLatest] = useState<Latest>({ edited: '', reply: {} })
  const [state, setState] = useState<State | null>(null)
  const [marks, setMarks] = useState<readonly ChangeKind[]>([])
  const [repeat, setRepeat] = useState<Repeat | null>(null)
  const [notes, setNotes] = useState<readonly MarginNote[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor belongs to the item, not to its newest revision
  useEffect(() => {
    const session = new Session(task, setState)
    const rejected = item.rejected ?? ''
    const opened = openWorkspace(
      parent.current!,
      { rejected, session },
      { onReply: setLatest, onNotes: setNotes, onRepeat: setRepeat },
    )
    workspace.current = opened
    setState(session.state)
    setMarks(session.marks)
    opened.editor.view.focus()
    return () => {
      opened.close()
      workspace.current = null
    }
  }, [project, annotator, item.id])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each item and annotator has a separate editor
  useEffect(() => {
    workspace.current?.differ.setUnit(tokenizer === null ? null : tokenizeBy(project, tokenizer))
    workspace.current?.differ.ask(textOf(workspace.current.editor))
  }, [project, annotator, item.id, tokenizer])
  const { showsWhitespace } = useSettings()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each item and annotator has a separate editor
  useEffect(() => {
    workspace.current?.editor.showWhitespace(showsWhitespace)
  }, [project, annotator, item.id, showsWhitespace])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each item and annotator has a separate editor
  useEffect(() => {
    const opened = workspace.current
    if (!opened || !reply.diff || textOf(opened.editor) !== edited) return
    const all = [...correctionsHere(item.rejected ?? '', edited, reply.diff.hunks), ...corrections]
    const repeats = findRepeats(edited, reply.diff.hunks, all)
    opened.editor.view.dispatch({ effects: setRepeats.of(repeats) })
  }, [project, annotator, item.id, reply, edited, corrections])
  const current = () => {
    if (workspace.current === null) throw new Error('The editor is not open.')
    return workspace.current
  }
  return {
    editor: () => current().editor,
    diff: reply.diff ?? null,
    edited,
    problem: reply.problem ?? null,
    notes,
    marks,
    repeat,
    saw: (help) => workspace.current?.session.saw(help),
    sort(kind) {
      const { editor, session } = current()
      const { changes, at } = editor.drawing()
      const change = changes[at]
      if (!change) return
      const [before = null] = kindsOfChanges([change], session.marks)
      session.sort(markChange(changes, session.marks, change, pressKind(before, kind)))
      setMarks(session.marks)
    },
    seconds: () => workspace.current?.session.seconds() ?? 0,
    state,
    save: (next) => current().session.save(next),
  }
}

/** The newest reply of the differ, and the text that it is about. */
interface Latest {
  edited: string
  reply: DiffReply
}

/** What is open while an item is edited. */
interface Workspace {
  editor: EditorHandle
  differ: Differ
  session: Session
  close(): void
}

interface Listeners {
  onReply: (latest: Latest) => void
  onNotes: (notes: MarginNote[]) => void
  onRepeat: (repeat: Repeat | null) => void
}

function openWorkspace(
  parent: HTMLElement,
  { rejected, session }: { rejected: string; session: Session },
  { onReply, onNotes, onRepeat }: Listeners,
): Workspace {
  const worker = new Worker(new URL('./diff-worker.ts', import.meta.url), { type: 'module' })
  let isClosed = false
  const differ = new Differ(worker, rejected, (edited, reply) => {
    if (isClosed || textOf(editor) !== edited) return
    if (reply.diff) {
      editor.draw(reply.diff.hunks)
      session.drew(reply.diff.hunks)
    }
    onReply({ edited, reply })
  })
  const onChange = (update: ViewUpdate) => {
    onRepeat(nextRepeat(update.view))
    if (!update.docChanged) return
    differ.ask(update.state.doc.toString())
    session.follow(update)
  }
  const editor = openEditor({
    parent,
    rejected,
    operations: session.operations,
    onChange,
    onNotes,
    onRemovedWord: (position, part) => putBackWordAt(editor, rejected, { position, part }),
  })
  const close = () => {
    isClosed = true
    session.close()
    differ.close()
    editor.destroy()
  }
  return { editor, differ, session, close }
}

function textOf({ view }: EditorHandle): string {
  return view.state.doc.toString()
}

function tokenizeBy(project: string, tokenizer: string): Tokenize {
  return (text) => host.annotate.encode({ project, tokenizer, text })
}
