/** One item under the annotator's hands: the editor, its diff, the record of changes, and saving at every pause. */
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Annotation, Item } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { saving } from '../app/saved.ts'
import { type Cutter, Differ } from './differ.ts'
import type { EditDiff } from './edit-diff.ts'
import { type EditorHandle, openEditor, replayed } from './editor.ts'
import { type Operation, operationsOf, TaskClock } from './operations.ts'

/** A pause in typing after which everything is saved. */
const pauseMs = 400

type State = Annotation['state']

export interface Editing {
  editor: RefObject<EditorHandle | null>
  diff: EditDiff | null
  /** Why there is no diff. */
  problem: string | null
  seconds(): number
  /** Saves now. @throws what the host throws */
  save(state: State): Promise<void>
}

export function useEditing(
  parent: RefObject<HTMLElement | null>,
  {
    project,
    annotator,
    item,
    annotation,
    tokenizer,
  }: {
    project: string
    annotator: string
    item: Item
    annotation: Annotation | null
    /** A model whose tokens the diff is in; null for words. */
    tokenizer: string | null
  },
): Editing {
  const editor = useRef<EditorHandle | null>(null)
  const [diff, setDiff] = useState<EditDiff | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const session = useRef<Session | null>(null)
  const differ = useRef<Differ | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor belongs to the item, not to its newest revision
  useEffect(() => {
    const rejected = item.rejected ?? ''
    const own = new Session({ project, annotator, item, annotation })
    session.current = own
    const worker = new Worker(new URL('./diff-worker.ts', import.meta.url), { type: 'module' })
    const ownDiffer = new Differ(worker, rejected, (edited, found) => {
      if (editor.current?.view.state.doc.toString() !== edited) return
      if (found.diff) editor.current.draw(found.diff.hunks)
      setDiff(found.diff ?? null)
      setProblem(found.problem ?? null)
    })
    const handle = openEditor({
      parent: parent.current!,
      rejected,
      operations: own.operations,
      onChange(update) {
        if (!update.docChanged) return
        ownDiffer.ask(update.state.doc.toString())
        if (update.transactions.some((transaction) => transaction.annotation(replayed))) return
        for (const transaction of update.transactions) {
          if (!transaction.docChanged) continue
          if (transaction.isUserEvent('input.suggestion')) own.provenance = 'model-draft'
          own.record(transaction.changes, transaction.startState.doc)
        }
        own.saveSoon(update.state.doc.toString())
      },
    })
    editor.current = handle
    differ.current = ownDiffer
    handle.view.focus()
    return () => {
      own.flush()
      ownDiffer.close()
      handle.destroy()
      editor.current = null
    }
  }, [project, annotator, item.id])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each item and annotator has an editor of its own
  useEffect(() => {
    differ.current?.cutBy(tokenizer === null ? null : tokensBy(project, tokenizer))
    differ.current?.ask(editor.current!.view.state.doc.toString())
  }, [project, annotator, item.id, tokenizer])
  return {
    editor,
    diff,
    problem,
    seconds: () => session.current?.seconds() ?? 0,
    save: (state) => session.current!.save(editor.current!.view.state.doc.toString(), state),
  }
}

function tokensBy(project: string, tokenizer: string): Cutter {
  return (text) => host.annotate.encode({ project, tokenizer, text })
}

/** What has been done to one item since its rejected response, and how it is kept. */
class Session {
  readonly operations: Operation[]
  provenance: Annotation['provenance']
  readonly #of: { project: string; annotator: string; item: Item }
  readonly #clock: TaskClock
  #timer: ReturnType<typeof setTimeout> | null = null
  #unsaved: string | null = null
  #queue: Promise<unknown> = Promise.resolve()

  constructor({
    annotation,
    ...of
  }: { project: string; annotator: string; item: Item; annotation: Annotation | null }) {
    this.#of = of
    this.operations = recordOf(of.item.rejected ?? '', annotation)
    this.provenance = annotation?.provenance ?? 'human'
    this.#clock = new TaskClock(annotation?.elapsedMs ?? 0, performance.now())
  }

  record(
    ...[changes, before]: [Parameters<typeof operationsOf>[0], Parameters<typeof operationsOf>[1]]
  ): void {
    this.operations.push(...operationsOf(changes, before, this.#clock.touch(performance.now())))
  }

  seconds(): number {
    return this.#clock.peek(performance.now()) / 1000
  }

  saveSoon(edited: string): void {
    this.#unsaved = edited
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(edited, 'draft').catch(() => {}), pauseMs)
  }

  /** Revisions are kept one after the other, in the order in which they were made. */
  save(edited: string, state: State): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    const { project, annotator, item } = this.#of
    const annotation = {
      ...{ itemId: item.id, annotator, state, edited, provenance: this.provenance, createdAt: null },
      operations: [...this.operations],
      elapsedMs: this.#clock.touch(performance.now()),
    }
    const saved = this.#queue.then(() => saving(() => host.annotate.save({ project, annotation })))
    this.#queue = saved.catch(() => {})
    return saved.then(() => {
      if (this.#unsaved === edited) this.#unsaved = null
    })
  }

  /** For a page that goes elsewhere before the pause was over. */
  flush(): void {
    if (this.#unsaved !== null) void this.save(this.#unsaved, 'draft').catch(() => {})
  }
}

/** A text that came without its record (an import) is one change of the whole. */
function recordOf(rejected: string, annotation: Annotation | null): Operation[] {
  if (annotation === null || annotation.edited === rejected)
    return annotation ? [...annotation.operations] : []
  if (annotation.operations.length > 0) return [...annotation.operations]
  return [{ at: 0, removed: rejected, inserted: annotation.edited, elapsedMs: 0 }]
}
