/**
 * Edits and notes that the host has not confirmed, and how each is saved. They are kept in this browser, sent again
 * while they are not stored, and taken over by the next window if this one is gone.
 */
import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { type Annotation, NewAnnotation } from '../../electron/contract/records.ts'
import { connectionState, HostLost, host, onConnection } from './connection.ts'
import { Outbox, type Unsaved as UnsavedValue } from './outbox.ts'
import { queries } from './queries.ts'
import { showSaving, showUnsaved } from './saved.ts'

/** The newest revision that this window has seen, and its text. */
const Seen = z.object({ revision: z.int().nonnegative(), text: z.string() })
export type Seen = z.infer<typeof Seen>

const place = { project: z.string(), annotator: z.string(), item: z.string() }

const UnsavedEdit = z.object({ kind: z.literal('edit'), ...place, annotation: NewAnnotation, seen: Seen })
export type UnsavedEdit = z.infer<typeof UnsavedEdit>

const UnsavedNote = z.object({
  kind: z.literal('note'),
  ...place,
  text: z.string(),
  /** What the note was when this window last saw it stored. */
  seen: z.object({ text: z.string() }),
})
export type UnsavedNote = z.infer<typeof UnsavedNote>

const UnsavedWork = z.discriminatedUnion('kind', [UnsavedEdit, UnsavedNote])
export type UnsavedWork = z.infer<typeof UnsavedWork>

export type Unsaved = UnsavedValue<UnsavedWork>

/** An item of one annotator. */
export interface Place {
  project: string
  annotator: string
  item: string
}

/** Another window has saved a version that this one has not seen; the user chooses. */
export class EditedElsewhere extends Error {
  readonly theirs: Annotation

  constructor(theirs: Annotation) {
    super('This item was also edited in another window. Open it to choose between the two versions.')
    this.name = 'EditedElsewhere'
    this.theirs = theirs
  }
}

export function unsavedId(kind: UnsavedWork['kind'], { project, annotator, item }: Place): string {
  return [kind, annotator, item, project].map(encodeURIComponent).join(' ')
}

/** The cached answer that an item was opened with. */
export const openKey = ({ project, annotator, item }: Place) => ['open', project, annotator, item] as const

type Opened = Awaited<ReturnType<typeof host.annotate.open>>

async function sendEdit(edit: UnsavedEdit): Promise<Annotation> {
  const { project, annotation, seen } = edit
  // A copy: the list grows while the user types.
  const sent = { ...annotation, operations: [...annotation.operations] }
  const save = () => host.annotate.save({ project, annotation: sent, after: seen.revision })
  const saved = await save().catch((error: unknown) => savedBefore(edit, sent, error))
  seen.revision = saved.revision
  seen.text = saved.edited
  update(edit, (before) => ({ ...before, annotation: saved }))
  return saved
}

/** A save whose confirmation was lost is there already. @throws EditedElsewhere, or the error */
async function savedBefore(edit: UnsavedEdit, sent: NewAnnotation, error: unknown): Promise<Annotation> {
  if ((error as { code?: unknown }).code !== 'conflict') throw error
  const { project, annotator, item, seen } = edit
  const { annotation: newest } = await host.annotate.open({ project, annotator, id: item })
  if (!newest || newest.revision <= seen.revision) throw error
  const isSame = newest.edited === sent.edited && newest.state === sent.state
  if (isSame && sameKinds(newest, sent)) return newest
  // Only kinds of changes differ: those that were sorted last count.
  if (isSame) return host.annotate.save({ project, annotation: sent, after: newest.revision })
  // Only the state was changed elsewhere, so this text continues it.
  if (newest.edited === seen.text && sent.edited !== seen.text)
    return host.annotate.save({ project, annotation: sent, after: newest.revision })
  throw new EditedElsewhere(newest)
}

function sameKinds(a: NewAnnotation | Annotation, b: NewAnnotation): boolean {
  return JSON.stringify(a.changeKinds ?? []) === JSON.stringify(b.changeKinds ?? [])
}

/** A note that was also written elsewhere is kept with this one. */
async function sendNote(note: UnsavedNote): Promise<null> {
  const { project, annotator, item, text, seen } = note
  const { note: before } = await host.annotate.open({ project, annotator, id: item })
  const kept = before === seen.text ? text : bothNotes(before, text)
  await host.annotate.note({ project, annotator, id: item, text: kept, before })
  seen.text = kept
  update(note, (opened) => ({ ...opened, note: kept }))
  return null
}

function bothNotes(theirs: string, mine: string): string {
  if (mine.includes(theirs)) return mine
  return theirs.includes(mine) ? theirs : `${theirs}\n${mine}`
}

/** Other windows ask for the item again; this one already has it. */
function update(place: Place, change: (before: Opened) => Opened): void {
  queries.setQueryData<Opened>(openKey(place), (before) => before && change(before))
  const { project, annotator, item } = place
  channel?.postMessage({ project, annotator, item })
}

/** Items that this window has open, by the id of their edits: it continues them itself. */
export const openIds = new Set<string>()

const writer = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join('')

/** Null where the browser forbids it. */
function storage(name: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[name]
  } catch {
    return null
  }
}

/** What this tab called itself before a reload: its lock may not be free yet. */
const previousWriter = storage('sessionStorage')?.getItem('stet-window') ?? null
storage('sessionStorage')?.setItem('stet-window', writer)

export const outbox = new Outbox<UnsavedWork, Annotation | null>({
  writer,
  journal: storage('localStorage'),
  read: (stored) => UnsavedWork.parse(stored),
  send: (work) =>
    showSaving<Annotation | null>(() => (work.kind === 'edit' ? sendEdit(work) : sendNote(work))),
  needsDecision: (error) => error instanceof EditedElsewhere,
  now: Date.now,
})

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('stet-saved')

/** All that is unsaved, the oldest first. */
export function useUnsaved(): readonly Unsaved[] {
  return useSyncExternalStore(
    (listener) => outbox.listen(listener),
    () => outbox.list(),
  )
}

const minRetryMs = 1000
const maxRetryMs = 30_000

/** Sends what is unsaved whenever that may succeed, and keeps it if the page goes. Called once, when the UI starts. */
export function followUnsaved(): void {
  const gone = new AbortController()
  const keep = () => {
    outbox.writeJournal()
    void outbox.sendAll()
  }
  window.addEventListener('pagehide', keep, { signal: gone.signal })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && keep())
  window.addEventListener('beforeunload', (event) => {
    outbox.writeJournal()
    if (outbox.list().some(({ isKept, problem }) => !isKept || problem !== null)) event.preventDefault()
  })
  channel?.addEventListener('message', ({ data }: MessageEvent<Place>) => {
    void queries.invalidateQueries({ queryKey: openKey(data) })
  })
  const lock = navigator.locks?.request(lockOf(writer), () => new Promise(() => {}))
  void lock?.catch(() => {})
  onConnection((state) => state === 'open' && void recover())
  outbox.listen(() => showUnsaved(sentenceFor(outbox.list())))
  void recover()
  retryLater(minRetryMs)
}

function sentenceFor(unsaved: readonly Unsaved[]): string | null {
  if (unsaved.length === 0) return null
  return unsaved.some(({ problem }) => problem !== null) ? `Not saved: ${countOf(unsaved)}` : 'Saving…'
}

/** As `2 edits and 1 note, since 14:02`. */
export function countOf(unsaved: readonly Unsaved[]): string {
  const counted = (['edit', 'note'] as const).flatMap((kind) => {
    const n = unsaved.filter(({ value }) => value.kind === kind).length
    return n === 0 ? [] : `${n} ${kind}${n === 1 ? '' : 's'}`
  })
  return `${counted.join(' and ')}, since ${clockTime(unsaved[0]!.since)}`
}

export function clockTime(at: number | Date): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

function lockOf(writer: string): string {
  return `stet-window-${writer}`
}

/** Takes over what closed windows have left, and sends everything. */
async function recover(): Promise<void> {
  await adopt()
  await outbox.sendAll()
}

/** Locks need a secure context; without them a window takes over from every other, which sends some things twice. */
async function adopt(): Promise<void> {
  if (!navigator.locks) return outbox.adopt((_, id) => !openIds.has(id))
  await navigator.locks.request('stet-recover', async () => {
    const { held = [] } = await navigator.locks.query()
    const alive = new Set(held.map(({ name }) => name))
    const isGone = (each: string) => each === previousWriter || !alive.has(lockOf(each))
    outbox.adopt((each, id) => isGone(each) && !openIds.has(id))
  })
}

/** Opens an item, once what is unsaved of it has been sent. */
export async function openItem(place: Place): Promise<Opened> {
  await adopt()
  const ids = [unsavedId('edit', place), unsavedId('note', place)].filter((id) => outbox.get(id))
  await Promise.allSettled(ids.map((id) => outbox.send(id)))
  const { project, annotator, item } = place
  return host.annotate.open({ project, annotator, id: item })
}

/** What is unsaved of an edit; undefined if nothing is. */
export function unsavedEdit(place: Place): UnsavedEdit | undefined {
  const unsaved = outbox.get(unsavedId('edit', place))
  return unsaved?.kind === 'edit' ? unsaved : undefined
}

/** Tries again with growing pauses while something could not be saved. */
function retryLater(pauseMs: number): void {
  setTimeout(async () => {
    const isWaiting = outbox.list().some(({ problem, needsDecision }) => problem !== null && !needsDecision)
    if (isWaiting && connectionState() === 'open') await recover()
    retryLater(isWaiting ? Math.min(2 * pauseMs, maxRetryMs) : minRetryMs)
  }, pauseMs)
}

/** Whether the host was not there, which the connection's own notice tells. */
export function isHostLost(error: unknown): boolean {
  return error instanceof HostLost
}
