/** One item being edited: the editor, its diff, the recorded changes, and saving whenever the user pauses. */
import type { ChangeSet, Text } from '@codemirror/state'
import type { ViewUpdate } from '@codemirror/view'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Annotation, Item } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { saving } from '../app/saved.ts'
import { Differ, type DiffReply, type Tokenize } from './differ.ts'
import type { EditDiff } from './edit-diff.ts'
import { type EditorHandle, openEditor, replayed } from './editor.ts'
import { type Operation, operationsOf, TaskClock } from './operations.ts'

/** A pause in typing after which the edit is saved. */
const pauseMs = 400

type State = Annotation['state']

/** What is edited, and by whom. */
interface Task {
  project: string
  annotator: string
  item: Item
  annotation: Annotation | null
}

export interface Editing {
  /** @throws Error before the editor is on the screen */
  editor(): EditorHandle
  diff: EditDiff | null
  /** The text that the diff is of. */
  edited: string
  /** Why there is no diff. */
  problem: string | null
  seconds(): number
  /** Saves now. @throws what the host throws */
  save(state: State): Promise<void>
}

/** @param tokenizer name of a model whose tokens are the unit of the diff; null for words */
export function useEditing(
  parent: RefObject<HTMLElement | null>,
  task: Task,
  tokenizer: string | null,
): Editing {
  const { project, annotator, item } = task
  const workspace = useRef<Workspace | null>(null)
  const [{ edited, reply }, setLatest] = useState<Latest>({ edited: '', reply: {} })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor belongs to the item, not to its newest revision
  useEffect(() => {
    const opened = openWorkspace(parent.current!, task, setLatest)
    workspace.current = opened
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
  const current = () => {
    if (workspace.current === null) throw new Error('The editor is not open.')
    return workspace.current
  }
  return {
    editor: () => current().editor,
    diff: reply.diff ?? null,
    edited,
    problem: reply.problem ?? null,
    seconds: () => workspace.current?.session.seconds() ?? 0,
    save: (state) => current().session.save(textOf(current().editor), state),
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

function openWorkspace(parent: HTMLElement, task: Task, onReply: (latest: Latest) => void): Workspace {
  const rejected = task.item.rejected ?? ''
  const session = new Session(task)
  const worker = new Worker(new URL('./diff-worker.ts', import.meta.url), { type: 'module' })
  let isClosed = false
  const differ = new Differ(worker, rejected, (edited, reply) => {
    if (isClosed || textOf(editor) !== edited) return
    if (reply.diff) editor.draw(reply.diff.hunks)
    onReply({ edited, reply })
  })
  const onChange = (update: ViewUpdate) => {
    if (!update.docChanged) return
    differ.ask(update.state.doc.toString())
    session.follow(update)
  }
  const editor = openEditor({ parent, rejected, operations: session.operations, onChange })
  const close = () => {
    isClosed = true
    session.flush()
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

/** What has been done to one item since its rejected response, and how it is saved. */
class Session {
  readonly operations: Operation[]
  #provenance: Annotation['provenance']
  readonly #task: Task
  readonly #clock: TaskClock
  #timer: ReturnType<typeof setTimeout> | null = null
  #unsaved: string | null = null
  #queue: Promise<unknown> = Promise.resolve()

  constructor(task: Task) {
    const { item, annotation } = task
    this.#task = task
    this.operations = recordOf(item.rejected ?? '', annotation)
    this.#provenance = annotation?.provenance ?? 'human'
    this.#clock = new TaskClock(annotation?.elapsedMs ?? 0, performance.now())
  }

  /** Records the user's changes and saves them soon; what is replayed is recorded already. */
  follow({ transactions, state }: ViewUpdate): void {
    if (transactions.some((transaction) => transaction.annotation(replayed))) return
    for (const transaction of transactions) {
      if (!transaction.docChanged) continue
      if (transaction.isUserEvent('input.suggestion')) this.#provenance = 'model-draft'
      this.#record(transaction.changes, transaction.startState.doc)
    }
    this.#saveSoon(state.doc.toString())
  }

  #record(changes: ChangeSet, before: Text): void {
    this.operations.push(...operationsOf(changes, before, this.#clock.touch(performance.now())))
  }

  seconds(): number {
    return this.#clock.peek(performance.now()) / 1000
  }

  #saveSoon(edited: string): void {
    this.#unsaved = edited
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(edited, 'draft').catch(() => {}), pauseMs)
  }

  /** Revisions are saved one after the other, in the order in which they were made. */
  save(edited: string, state: State): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    const { project, annotator, item } = this.#task
    const annotation = {
      itemId: item.id,
      annotator,
      state,
      edited,
      provenance: this.#provenance,
      createdAt: null,
      operations: [...this.operations],
      elapsedMs: this.#clock.touch(performance.now()),
    }
    const saved = this.#queue.then(() => saving(() => host.annotate.save({ project, annotation })))
    this.#queue = saved.catch(() => {})
    return saved.then(() => {
      if (this.#unsaved === edited) this.#unsaved = null
    })
  }

  /** Saves what a pause would have saved, for a view that closes before it. */
  flush(): void {
    if (this.#unsaved !== null) void this.save(this.#unsaved, 'draft').catch(() => {})
  }
}

/** An edit without recorded operations (an import) is one change of the whole text. */
function recordOf(rejected: string, annotation: Annotation | null): Operation[] {
  if (annotation === null) return []
  if (annotation.operations.length > 0 || annotation.edited === rejected) return [...annotation.operations]
  return [{ at: 0, removed: rejected, inserted: annotation.edited, elapsedMs: 0 }]
}
