/** One item: its prompt, the preferred response for reference, and the rejected response to edit. */
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import type { Annotation, Item } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { type KeyBinding, useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { getSettings, useSettings } from '../app/settings.ts'
import type { Place } from '../app/unsaved.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { Prompt } from '../ui/prompt.tsx'
import { AskUnchanged } from './ask-unchanged.tsx'
import { hunkAtCaret, moveToHunk, restoreHunk, suggest } from './editor-actions.ts'
import { Meter } from './meter.tsx'
import type { State } from './session.ts'
import { StateBadge } from './state-badge.tsx'
import { TwoVersions } from './two-versions.tsx'
import { useEditing } from './use-editing.ts'
import { type NoteDraft, useNote } from './use-note.ts'
import { useOpenItem } from './use-open-item.ts'
import type { Finished } from './use-undo.ts'

/** @param children below the responses */
export function ItemEditor({
  id,
  tokenizer,
  onFinished,
  children,
}: {
  id: string
  /** A model whose tokens are the unit of the diff; null for words. */
  tokenizer: string | null
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
    return <LinkProblem what="item" error={error} back={back} onRetry={retry} />
  }
  return (
    <ItemPanel
      key={version}
      place={place}
      item={opened.item}
      annotation={opened.annotation}
      savedNote={note}
      tokenizer={tokenizer}
      onFinished={onFinished}
    >
      {isFromElsewhere && (
        <p className="quiet" role="status">
          This is the newest version, from another window.
        </p>
      )}
      {children}
    </ItemPanel>
  )
}

interface OpenItem {
  place: Place
  item: Item
  annotation: Annotation | null
  tokenizer: string | null
  onFinished: (finished: Finished) => void
}

function ItemPanel({ savedNote, children, ...open }: OpenItem & { savedNote: string; children: ReactNode }) {
  const { item, tokenizer, place } = open
  const parent = useRef<HTMLDivElement>(null)
  const [showsChosen, setShowsChosen] = useState(true)
  const [showsContext, setShowsContext] = useState(false)
  const note = useNote(place, savedNote)
  const { editing, finish, draft, restore, asking } = useItemActions(parent, open)
  const goToHunk = (by: 1 | -1) => moveToHunk(editing.editor(), by)
  useKeys('This item', [
    { keys: 'Ctrl+Enter', does: 'done, next item', run: () => finish('done'), whileTyping: true },
    { keys: 'Alt+ArrowDown', does: 'next change', run: () => goToHunk(1), whileTyping: true, repeats: true },
    {
      keys: 'Alt+ArrowUp',
      does: 'previous change',
      run: () => goToHunk(-1),
      whileTyping: true,
      repeats: true,
    },
    { keys: 'Alt+z', does: 'restore this change', run: () => restore(), whileTyping: true },
    ...alsoWhileTyping('s', 'skip', () => finish('skipped')),
    ...alsoWhileTyping('f', 'flag', () => finish('flagged')),
    ...alsoWhileTyping('d', 'draft from a model', () => draft.mutate()),
    ...alsoWhileTyping('n', 'note', note.open),
    ...alsoWhileTyping('p', 'preferred response', () => setShowsChosen(!showsChosen)),
    ...alsoWhileTyping('c', 'context', () => setShowsContext(!showsContext)),
    { keys: 'e', does: 'edit the text', run: () => editing.editor().view.focus() },
  ])
  return (
    <div className="item-panel">
      <StateBadge state={editing.state} />
      <TwoVersions place={place} />
      <section className="item-prompt" aria-label="Prompt">
        <Prompt
          prompt={item.prompt}
          context={item.context}
          folding={{ isOpen: showsContext, onChange: setShowsContext }}
        />
      </section>
      <div className="responses">
        {item.chosen !== null && showsChosen && <ChosenResponse text={item.chosen} />}
        <section aria-label="Rejected response">
          <h2>Rejected: edit as little as possible</h2>
          <div ref={parent} className="editor" />
          <Meter
            editing={editing}
            onRestore={restore}
            rejected={item.rejected ?? ''}
            unit={tokenizer === null ? 'words' : `tokens of ${tokenizer}`}
          />
        </section>
      </div>
      {children}
      {note.text !== null && <Note text={note.text} note={note} />}
      <Problem error={draft.error} />
      <DraftStatus draft={draft} rejected={item.rejected} />
      <ActionBar state={editing.state} onFinish={finish} onDraft={draft.mutate} onNote={note.open} />
      <AskUnchanged open={asking.isOpen} onConfirm={asking.confirm} onClose={asking.close} />
    </div>
  )
}

type ItemActions = ReturnType<typeof useItemActions>

/** The editor and what can be done with its item. */
function useItemActions(
  parent: RefObject<HTMLDivElement | null>,
  { place, item, annotation, tokenizer, onFinished }: OpenItem,
) {
  const { project, annotator } = place
  const editing = useEditing(parent, { project, annotator, item, annotation }, tokenizer)
  const [isAsking, setAsking] = useState(false)
  const finishing = useMutation({
    mutationFn: ({ state }: { state: State; before: State | null }) => editing.save(state),
    onSuccess: (_, { state, before }) => onFinished({ item: item.id, state, before }),
  })
  const save = (state: State) => {
    setAsking(false)
    if (!finishing.isPending) finishing.mutate({ state, before: editing.state })
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
    onSuccess: ({ edited }) => suggest(editing.editor(), edited),
  })
  const restore = (hunk = hunkAtCaret(editing.editor())) =>
    hunk && restoreHunk(editing.editor(), hunk, item.rejected ?? '')
  return { editing, finish, draft, restore, asking }
}

type FinishingVerb = 'done' | 'skipped' | 'flagged'

function askForDraft(project: string, id: string) {
  const { server, serverModel, draftModel } = getSettings()
  if (draftModel !== '') return host.annotate.draft({ project, id, server: null, model: draftModel })
  if (serverModel === '') throw new Error('Choose a drafting model in Settings first.')
  return host.annotate.draft({ project, id, server, model: serverModel })
}

/** A key, and the same with Alt for when the caret is in a text. */
function alsoWhileTyping(keys: string, does: string, run: () => void): KeyBinding[] {
  return [
    { keys, does, run },
    { keys: `Alt+${keys}`, does, run, whileTyping: true },
  ]
}

function ChosenResponse({ text }: { text: string }) {
  return (
    <section aria-label="Preferred response">
      <h2>Preferred, for reference</h2>
      <p className="whole">{text}</p>
    </section>
  )
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

function ActionBar({
  state,
  onFinish,
  onDraft,
  onNote,
}: {
  state: State | null
  onFinish: (verb: FinishingVerb) => void
  onDraft: () => void
  onNote: () => void
}) {
  return (
    <div className="row wrap action-bar">
      <Button kind="primary" onClick={() => onFinish('done')}>
        Done <Keys keys="Ctrl Enter" />
      </Button>
      <Button onClick={() => onFinish('skipped')}>
        Skip <Keys keys="Alt s" />
      </Button>
      <Button onClick={() => onFinish('flagged')} isPressed={state === 'flagged'}>
        Flag <Keys keys="Alt f" />
      </Button>
      <Button onClick={() => onDraft()}>
        Draft <Keys keys="Alt d" />
      </Button>
      <Button onClick={onNote}>
        Note <Keys keys="Alt n" />
      </Button>
      <span className="quiet">
        <Keys keys="Alt ↑↓" /> change <Keys keys="Alt z" /> restore <Keys keys="Ctrl z" /> undo
      </span>
    </div>
  )
}

function Note({ text, note }: { text: string; note: NoteDraft }) {
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (text === '') field.current?.focus()
  }, [text])
  return (
    <label className="field">
      <span className="field-name">Note</span>
      <textarea
        ref={field}
        rows={2}
        value={text}
        onChange={({ target }) => note.change(target.value)}
        onBlur={note.flush}
      />
    </label>
  )
}
