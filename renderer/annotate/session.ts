/** What has been done to one item since its rejected response, the state it is in, and how both are saved. */
import type { ChangeSet, Text } from '@codemirror/state'
import type { ViewUpdate } from '@codemirror/view'
import type { Help } from '../../electron/contract/annotate.ts'
import type {
  Annotation,
  ChangeKind,
  Item,
  NewAnnotation,
  ShownHelp,
} from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import {
  openIds,
  openItem,
  outbox,
  type Place,
  type Seen,
  type UnsavedEdit,
  unsavedEdit,
  unsavedId,
} from '../app/unsaved.ts'
import { kindsOfChanges } from './change-kinds.ts'
import type { Change } from './edit-diff.ts'
import { replayed } from './editor.ts'
import { type Operation, operationsOf, TaskClock } from './operations.ts'

/** A pause in typing after which the edit is sent; it is kept in this browser at once. */
const pauseMs = 400

export type State = Annotation['state']

/** A flag is a remark: the item stays. */
export function leavesItem(state: State): boolean {
  return state === 'done' || state === 'skipped'
}

/** What is edited, and by whom. */
export interface Task {
  project: string
  annotator: string
  item: Item
  annotation: Annotation | null
  /** What chance shows of this item. */
  assigned: ShownHelp
}

/** Sessions on the screen, by the id of their edits. */
const sessions = new Map<string, Session>()

export class Session {
  readonly operations: Operation[]
  readonly #place: Place
  readonly #id: string
  readonly #seen: Seen
  readonly #clock: TaskClock
  readonly #onState: (state: State) => void
  /** How changes were sorted, also of changes that are gone: undo brings them back. */
  #marks: readonly ChangeKind[]
  /** The newest that are known, which may be a moment behind the text; null before the first. */
  #changes: readonly Change[] | null = null
  /** Help that was left to chance: what was hidden, and what has been seen. */
  #shown: ShownHelp
  #isTouched = false
  #provenance: Annotation['provenance']
  #state: State | null
  #text: string
  #timer: ReturnType<typeof setTimeout> | null = null

  /** Continues what is unsaved of the item, else its newest revision. */
  constructor({ project, annotator, item, annotation, assigned }: Task, onState: (state: State) => void) {
    const rejected = item.rejected ?? ''
    this.#place = { project, annotator, item: item.id }
    this.#id = unsavedId('edit', this.#place)
    const unsaved = unsavedEdit(this.#place)
    const newest = unsaved?.annotation ?? annotation
    this.#seen = unsaved?.seen ?? {
      revision: annotation?.revision ?? 0,
      text: annotation?.edited ?? rejected,
    }
    this.operations = recordOf(rejected, newest)
    this.#provenance = newest?.provenance ?? 'human'
    this.#marks = newest?.changeKinds ?? []
    this.#shown = { ...hiddenOf(assigned), ...newest?.shown }
    this.#state = newest?.state ?? null
    this.#text = newest?.edited ?? rejected
    this.#clock = new TaskClock(newest?.elapsedMs ?? 0, performance.now())
    this.#onState = onState
    sessions.set(this.#id, this)
    openIds.add(this.#id)
  }

  /** Null until the annotator has begun. */
  get state(): State | null {
    return this.#state
  }

  /** The newest revision that this session is based on. */
  get seenRevision(): number {
    return this.#seen.revision
  }

  get marks(): readonly ChangeKind[] {
    return this.#marks
  }

  /** Help that chance shows has arrived on the screen; it is saved with the next revision. */
  saw(help: Help): void {
    this.#shown = { ...this.#shown, [help]: true }
  }

  /** Sorts changes, and saves that soon. */
  sort(marks: readonly ChangeKind[]): void {
    this.#marks = marks
    this.#keepSoon(this.#worked())
  }

  /** The changes from the rejected to the present text are known: kinds of others are not saved. */
  drew(changes: readonly Change[]): void {
    const before = this.#sorted()
    this.#changes = changes
    if (this.#isTouched && JSON.stringify(this.#sorted()) !== JSON.stringify(before))
      this.#keepSoon(this.#state ?? 'draft')
  }

  #sorted(): ChangeKind[] {
    if (this.#changes === null) return [...this.#marks]
    return kindsOfChanges(this.#changes, this.#marks).filter((sorted) => sorted !== null)
  }

  /** Records the user's changes and saves them soon; what is replayed is recorded already. */
  follow({ transactions, state }: ViewUpdate): void {
    if (transactions.some((transaction) => transaction.annotation(replayed))) return
    for (const transaction of transactions) {
      if (!transaction.docChanged) continue
      if (transaction.isUserEvent('input.suggestion')) this.#provenance = 'model-draft'
      this.#record(transaction.changes, transaction.startState.doc)
    }
    this.#text = state.doc.toString()
    this.#keepSoon(this.#worked())
  }

  /** The state once something was changed. A flag is a remark on the item: it stays while the item is edited. */
  #worked(): State {
    return this.#state === 'flagged' ? 'flagged' : 'draft'
  }

  #keepSoon(state: State): void {
    this.#isTouched = true
    this.#keep(state)
    this.#stopTimer()
    this.#timer = setTimeout(() => this.flush(), pauseMs)
  }

  #record(changes: ChangeSet, before: Text): void {
    this.operations.push(...operationsOf(changes, before, this.#clock.touch(performance.now())))
  }

  seconds(): number {
    return this.#clock.peek(performance.now()) / 1000
  }

  /** Saves the text in this state now. @throws what the host throws; it is then kept and tried again */
  async save(state: State): Promise<void> {
    this.#stopTimer()
    this.#keep(state)
    await outbox.send(this.#id)
  }

  #keep(state: State): void {
    const annotation: NewAnnotation = {
      itemId: this.#place.item,
      annotator: this.#place.annotator,
      state,
      edited: this.#text,
      provenance: this.#provenance,
      createdAt: null,
      operations: this.operations,
      elapsedMs: this.#clock.touch(performance.now()),
    }
    const sorted = this.#sorted()
    if (sorted.length > 0) annotation.changeKinds = sorted
    if (Object.keys(this.#shown).length > 0) annotation.shown = this.#shown
    outbox.put(this.#id, { kind: 'edit', ...this.#place, annotation, seen: this.#seen })
    if (state === this.#state) return
    this.#state = state
    this.#onState(state)
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Sends what a pause would have sent. */
  flush(): void {
    this.#stopTimer()
    if (outbox.get(this.#id)) void outbox.send(this.#id).catch(() => {})
  }

  /** For a view that closes before a pause. */
  close(): void {
    this.flush()
    if (sessions.get(this.#id) !== this) return
    sessions.delete(this.#id)
    openIds.delete(this.#id)
  }
}

/** What is shown counts only once it has arrived: a model may fail. */
function hiddenOf({ draft, hints }: ShownHelp): ShownHelp {
  return { ...(draft === false && { draft }), ...(hints === false && { hints }) }
}

/** An edit without recorded operations (an import) is one change of the whole text. */
function recordOf(rejected: string, annotation: NewAnnotation | null): Operation[] {
  if (annotation === null) return []
  if (annotation.operations.length > 0 || annotation.edited === rejected) return [...annotation.operations]
  return [{ at: 0, removed: rejected, inserted: annotation.edited, elapsedMs: 0 }]
}

/** The revision that the item's editor on the screen is based on; null without one. */
export function shownRevision(place: Place): number | null {
  return sessions.get(unsavedId('edit', place))?.seenRevision ?? null
}

/** Gives an item the state that it had, on the screen or not; null stands for not begun, which becomes a draft. */
export async function restoreState(place: Place, before: State | null): Promise<void> {
  const state = before ?? 'draft'
  const id = unsavedId('edit', place)
  const open = sessions.get(id)
  if (open) return open.save(state)
  const { annotation } = await openItem(place)
  if (!annotation) return
  outbox.put(id, editOf(place, annotation, state))
  await outbox.send(id)
}

function editOf(place: Place, { revision, ...annotation }: Annotation, state: State): UnsavedEdit {
  return {
    kind: 'edit',
    ...place,
    annotation: { ...annotation, state, createdAt: null },
    seen: { revision, text: annotation.edited },
  }
}

/** After both versions were shown: this window's becomes the newest; the other stays in the item's history. */
export async function keepMine(place: Place, theirs: Annotation): Promise<void> {
  const mine = unsavedEdit(place)
  if (!mine) return
  Object.assign(mine.seen, { revision: theirs.revision, text: theirs.edited })
  const id = unsavedId('edit', place)
  outbox.decided(id)
  await outbox.send(id)
}

/** The other version becomes the newest; this window's stays in the item's history. Undecided until both are stored. */
export async function takeTheirs(place: Place, theirs: Annotation): Promise<void> {
  const mine = unsavedEdit(place)
  if (!mine) return
  const { project } = place
  const { revision, edited } = await host.annotate.save({
    project,
    annotation: { ...mine.annotation, operations: [...mine.annotation.operations] },
    after: theirs.revision,
  })
  const id = unsavedId('edit', place)
  outbox.put(id, { ...editOf(place, theirs, theirs.state), seen: { revision, text: edited } })
  outbox.decided(id)
  await outbox.send(id)
}
