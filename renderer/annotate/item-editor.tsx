/** One item: its prompt, the preferred response for reference, and the rejected response to edit. */
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import type { Annotation, Item, ShownHelp } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { type KeyBinding, useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { changeSettings, getSettings, useSettings } from '../app/settings.ts'
import type { Place } from '../app/unsaved.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Problem } from '../ui/problem.tsx'
import { AskUnchanged } from './ask-unchanged.tsx'
import { CopyPane } from './copy-pane.tsx'
import type { Change } from './edit-diff.ts'
import { moveToChange, nearestChange, putBackChange, suggest } from './editor-actions.ts'
import { FindBar } from './find-bar.tsx'
import { Hints } from './hints.tsx'
import { KindBar } from './kind-bar.tsx'
import { MarginNotes } from './margin-notes.tsx'
import { Meter } from './meter.tsx'
import { ProofHead } from './proof-head.tsx'
import { RepeatHint } from './repeat-hint.tsx'
import { leavesItem, type State } from './session.ts'
import { TwoVersions } from './two-versions.tsx'
import { useCorrections } from './use-corrections.ts'
import { useEditing } from './use-editing.ts'
import { type NoteDraft, useNote } from './use-note.ts'
import { useOpenItem } from './use-open-item.ts'
import type { Finished } from './use-undo.ts'

/** @param children below the responses */
export function ItemEditor({
  id,
  tokenizer,
  onFinishing,
  onFinished,
  children,
}: {
  id: string
  /** A model whose tokens are the unit of the diff; null for words. */
  tokenizer: string | null
  /** Called as it begins to be saved. */
  onFinishing: (finished: Finished, saved: Promise<void>) => void
  onFinished: (finished: Finished) => void
  children?: ReactNode
}) {
  const project = useProject()
  const { annotator } = useSettings()
  const [, change] = usePlace()
  const place = { project, annotator, item: id }
  const { opened, note, version, isFromElsewhere, error, retry } = useOpenItem(place)
  if (opened === null) {
    const back = { label: 'Show the queue', go: () => change({ item: undefined }) }
    return (
      <div className="pane scroll pad grow">
        <LinkProblem what="item" error={error} back={back} onRetry={retry} />
      </div>
    )
  }
  if (opened.item.rejected === null)
    return <NothingToEdit item={opened.item} onLeave={() => change({ item: undefined })} />
  return (
    <ItemPanel
      key={version}
      place={place}
      item={opened.item}
      annotation={opened.annotation}
      assigned={opened.assigned}
      savedNote={note}
      tokenizer={tokenizer}
      onFinishing={onFinishing}
      onFinished={onFinished}
    >
      {isFromElsewhere && <FromElsewhere />}
      {children}
    </ItemPanel>
  )
}

/** For as long as it takes to notice that the text has changed. */
function FromElsewhere() {
  const [isNew, setNew] = useState(true)
  useEffect(() => {
    const timer = setTimeout(() => setNew(false), 10_000)
    return () => clearTimeout(timer)
  }, [])
  if (!isNew) return null
  return (
    <p className="quiet" role="status">
      This is the newest version, from another window.
    </p>
  )
}

interface OpenItem {
  place: Place
  item: Item
  annotation: Annotation | null
  /** What chance shows of this item. */
  assigned: ShownHelp
  tokenizer: string | null
  /** Called as it begins to be saved. */
  onFinishing: (finished: Finished, saved: Promise<void>) => void
  onFinished: (finished: Finished) => void
}

/** A demonstration, which a link or the table of data may lead to: its texts are shown all the same. */
function NothingToEdit({ item, onLeave }: { item: Item; onLeave: () => void }) {
  const pane = useRef<HTMLElement>(null)
  const folds = useFolds(false)
  return (
    <div className="item-panel">
      <CopyPane ref={pane} item={item} contextFold={folds.context} preferredFold={folds.preferred} />
      <div className="pane scroll pad grow">
        <Empty title="This item has no response to edit">
          <p>It is a demonstration: a prompt with a good answer, which SFT learns from.</p>
          <Button onClick={onLeave}>Show the queue</Button>
        </Empty>
      </div>
    </div>
  )
}

function ItemPanel({ savedNote, children, ...open }: OpenItem & { savedNote: string; children: ReactNode }) {
  const { item, tokenizer, place } = open
  const parent = useRef<HTMLDivElement>(null)
  const beside = useRef<HTMLElement>(null)
  const find = useFind()
  const folds = useFolds(find.isOpen)
  const note = useNote(place, savedNote)
  const actions = useItemActions(parent, open)
  const { editing, draft, putBack, asking } = actions
  useItemKeys(actions, { note, folds, find })
  useDrawnDraft(open, actions)
  return (
    <div className="item-panel">
      <CopyPane ref={beside} item={item} contextFold={folds.context} preferredFold={folds.preferred} />
      <section className="pane an-proof" aria-label="Response to edit">
        <div className="scroll an-sheet">
          <TwoVersions place={place} />
          <ProofHead editing={editing} />
          {find.isOpen && <FindBar beside={beside} editor={editing.editor} onClose={find.close} />}
          <div className="an-text">
            <div ref={parent} className="proof" />
            <MarginNotes
              notes={editing.notes}
              rejected={item.rejected ?? ''}
              marks={editing.marks}
              onPutBack={putBack}
            />
          </div>
          {note.text === null ? (
            <Button kind="quiet" isSmall icon="addNote" keys="Alt+n" className="an-add" onClick={note.open}>
              Add a note
            </Button>
          ) : (
            <Note text={note.text} note={note} />
          )}
          {open.assigned.hints && <Hints item={item} onShown={() => editing.saw('hints')} />}
          {children}
        </div>
        <footer className="an-foot">
          <Meter editing={editing} unit={tokenizer === null ? 'words' : `tokens of ${tokenizer}`} />
          <KindBar editing={editing} />
          <RepeatHint repeat={editing.repeat} />
          <Problem
            error={draft.error}
            actions={
              <Button onClick={() => goTo(place.project, 'settings', { section: 'drafts' })}>Settings</Button>
            }
          />
          <DraftStatus draft={draft} rejected={item.rejected} />
          {!actions.mayDraft && (
            <p className="quiet">No draft for this item: the project shows drafts by chance.</p>
          )}
          <ActionBar actions={actions} />
        </footer>
      </section>
      <AskUnchanged open={asking.isOpen} onConfirm={asking.confirm} onClose={asking.close} />
    </div>
  )
}

/** What is open beside the response; remembered from item to item. All of it while words are searched for. */
function useFolds(isSearched: boolean) {
  const { showsContext, showsPreferred } = useSettings()
  return {
    context: {
      isOpen: showsContext || isSearched,
      toggle: () => changeSettings({ showsContext: !showsContext }),
    },
    preferred: {
      isOpen: showsPreferred || isSearched,
      toggle: () => changeSettings({ showsPreferred: !showsPreferred }),
    },
  }
}

function useFind() {
  const [isOpen, setOpen] = useState(false)
  return { isOpen, open: () => setOpen(true), close: () => setOpen(false) }
}

function useItemKeys(
  { editing, finish, draft, mayDraft, putBack }: ItemActions,
  {
    note,
    folds,
    find,
  }: { note: NoteDraft; folds: ReturnType<typeof useFolds>; find: ReturnType<typeof useFind> },
): void {
  const goToChange = (by: 1 | -1) => moveToChange(editing.editor(), by)
  const typing = { whileTyping: true }
  const moving = { whileTyping: true, repeats: true }
  useKeys('This item', [
    { keys: 'Ctrl+Enter', does: 'Save and next', run: () => finish('done'), ...typing },
    { keys: 'Alt+ArrowDown', does: 'Next change', run: () => goToChange(1), ...moving },
    { keys: 'Alt+ArrowUp', does: 'Previous change', run: () => goToChange(-1), ...moving },
    { keys: 'Alt+z', does: 'Put back this change', run: () => putBack(), ...typing },
    ...alsoWhileTyping('s', 'Skip', () => finish('skipped')),
    ...alsoWhileTyping('f', 'Flag', () => finish('flagged')),
    ...(mayDraft ? alsoWhileTyping('d', 'Draft by a model', () => draft.mutate()) : []),
    ...alsoWhileTyping('n', 'Note', note.open),
    ...alsoWhileTyping('p', 'Preferred response', folds.preferred.toggle),
    ...alsoWhileTyping('c', 'Context', folds.context.toggle),
    // While it is open, the browser's own search has the key.
    ...(find.isOpen ? [] : [{ keys: 'Ctrl+f', does: 'Find in this item', run: find.open, ...typing }]),
    { keys: 'e', does: 'Edit the text', run: () => editing.editor().view.focus() },
  ])
}

type ItemActions = ReturnType<typeof useItemActions>

/** The editor and what can be done with its item. */
function useItemActions(
  parent: RefObject<HTMLDivElement | null>,
  { place, item, annotation, assigned, tokenizer, onFinishing, onFinished }: OpenItem,
) {
  const { project, annotator } = place
  const editing = useEditing(
    parent,
    { project, annotator, item, annotation, assigned },
    tokenizer,
    useCorrections(),
  )
  const [isAsking, setAsking] = useState(false)
  const finishing = useMutation({
    mutationFn: ({ state }: { state: State; before: State | null }) => editing.save(state),
    onSuccess: (_, { state, before }) => onFinished({ item: item.id, state, before }),
  })
  const save = (state: State) => {
    setAsking(false)
    // What leaves the item does so once; after a flag, which is still being saved, everything else may follow.
    if (finishing.isPending && leavesItem(finishing.variables.state)) return
    const before = editing.state
    onFinishing({ item: item.id, state, before }, finishing.mutateAsync({ state, before }))
  }
  const finish = (verb: FinishingVerb) => {
    const isUnchanged = editing.editor().view.state.doc.toString() === (item.rejected ?? '')
    const asks = verb === 'done' && isUnchanged && editing.state !== 'done' && !isAsking
    if (asks) setAsking(true)
    else save(verb === 'flagged' && editing.state === 'flagged' ? 'draft' : verb)
  }
  const asking = { isOpen: isAsking, confirm: () => save('done'), close: () => setAsking(false) }
  const draft = useMutation({
    mutationFn: () => askForDraft(project, item.id),
    onSuccess: ({ edited }) => {
      suggest(editing.editor(), edited)
      if (assigned.draft) editing.saw('draft')
    },
  })
  const putBack = (among?: readonly Change[]) => {
    const editor = editing.editor()
    const { changes } = editor.drawing()
    // The notes may be a key behind the text.
    const current = among && changes.filter((change) => among.some((each) => isSame(each, change)))
    const change = nearestChange(editor, current)
    if (change) putBackChange(editor, change, item.rejected ?? '')
  }
  const mayDraft = assigned.draft !== false
  return { editing, finish, draft, mayDraft, putBack, asking }
}

/** A draft that chance shows is asked for at once, unless the item was begun before. */
function useDrawnDraft({ assigned, annotation, item }: OpenItem, { draft }: ItemActions): void {
  const isShown = assigned.draft === true && annotation === null
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each item that is opened
  useEffect(() => {
    if (isShown) draft.mutate()
  }, [item.id, isShown])
}

function isSame(a: Change, b: Change): boolean {
  return a.rejectedStart === b.rejectedStart && a.rejectedEnd === b.rejectedEnd
}

type FinishingVerb = 'done' | 'skipped' | 'flagged'

function askForDraft(project: string, id: string) {
  const { server, serverModel, draftModel } = getSettings()
  if (draftModel !== '') return host.annotate.draft({ project, id, server: null, model: draftModel })
  if (serverModel === '') throw new Error('Choose a drafting model in Settings first.')
  return host.annotate.draft({ project, id, server, model: serverModel })
}

/** A key, and the same with Alt for when the caret is in a text: the first, because the palette shows the first. */
function alsoWhileTyping(keys: string, does: string, run: () => void): KeyBinding[] {
  return [
    { keys: `Alt+${keys}`, does, run, whileTyping: true },
    { keys, does, run },
  ]
}

function DraftStatus({
  draft: { isPending, data },
  rejected,
}: {
  draft: ItemActions['draft']
  rejected: string | null
}) {
  if (isPending) return <p role="status">Waiting for a draft…</p>
  if (!data) return null
  return (
    <p role="status" className="quiet">
      {data.edited === rejected
        ? `${data.model} suggests no change.`
        : `Draft by ${data.model}. Tab accepts a change, Esc rejects it.`}
    </p>
  )
}

/** Reports never cover the buttons that the next item needs. A `:has` that looks for them would slow every view down. */
function useToastsAbove(): void {
  useEffect(() => {
    const { style } = document.documentElement
    style.setProperty('--toast-lift', '3.5rem')
    return () => {
      style.removeProperty('--toast-lift')
    }
  }, [])
}

function ActionBar({ actions: { editing, finish, draft, mayDraft, putBack } }: { actions: ItemActions }) {
  useToastsAbove()
  return (
    <div className="an-acts">
      <Button kind="primary" icon="check" keys="Ctrl+Enter" onClick={() => finish('done')}>
        Save and next
      </Button>
      <Button kind="quiet" icon="skip" keys="Alt+s" onClick={() => finish('skipped')}>
        Skip
      </Button>
      <Button
        kind="quiet"
        icon="flag"
        keys="Alt+f"
        isPressed={editing.state === 'flagged'}
        onClick={() => finish('flagged')}
      >
        Flag
      </Button>
      {mayDraft && (
        <Button kind="quiet" icon="suggest" keys="Alt+d" onClick={() => draft.mutate()}>
          Draft
        </Button>
      )}
      <Button kind="quiet" icon="undo" keys="Alt+z" className="an-put-back" onClick={() => putBack()}>
        Put back
      </Button>
    </div>
  )
}

function Note({ text, note }: { text: string; note: NoteDraft }) {
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (note.openings === 0) return
    field.current?.focus()
    field.current?.scrollIntoView({ block: 'center' })
  }, [note.openings])
  return (
    <label className="an-note-field">
      <span className="label">Note</span>
      <textarea
        ref={field}
        className="input"
        rows={2}
        value={text}
        onChange={({ target }) => note.change(target.value)}
        onBlur={note.flush}
      />
    </label>
  )
}
