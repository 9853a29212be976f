/** One item: its prompt, the preferred response for reference, and the rejected response to edit. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import type { Annotation, Item } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { type KeyBinding, useKeys } from '../app/keys.ts'
import { useProject } from '../app/navigation.ts'
import { saving } from '../app/saved.ts'
import { getSettings, useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { Prompt } from '../ui/prompt.tsx'
import { hunkAtCaret, moveToHunk, restoreHunk, suggest } from './editor-actions.ts'
import { Meter } from './meter.tsx'
import { useEditing } from './use-editing.ts'

/** @param children below the responses */
export function ItemEditor({
  id,
  tokenizer,
  onNext,
  children,
}: {
  id: string
  /** A model whose tokens are the unit of the diff; null for words. */
  tokenizer: string | null
  onNext: (isNewlyDone: boolean) => void
  children?: ReactNode
}) {
  const project = useProject()
  const { annotator } = useSettings()
  const { data, error } = useQuery({
    queryKey: ['open', project, annotator, id],
    queryFn: () => host.annotate.open({ project, annotator, id }),
    // The editor's text is newer than anything that the host could return.
    staleTime: 0,
    gcTime: 0,
    refetchOnMount: true,
    refetchOnReconnect: false,
  })
  const first = useRef<typeof data>(undefined)
  first.current ??= data
  if (error) return <Problem error={error} />
  if (!first.current) return null
  return (
    <ItemPanel {...first.current} tokenizer={tokenizer} onNext={onNext}>
      {children}
    </ItemPanel>
  )
}

interface OpenItem {
  item: Item
  annotation: Annotation | null
  tokenizer: string | null
  onNext: (isNewlyDone: boolean) => void
}

function ItemPanel({ note: savedNote, children, ...open }: OpenItem & { note: string; children: ReactNode }) {
  const { item, tokenizer } = open
  const parent = useRef<HTMLDivElement>(null)
  const [showsChosen, setShowsChosen] = useState(true)
  const [showsContext, setShowsContext] = useState(false)
  const [note, setNote] = useState<string | null>(savedNote || null)
  const { editing, finish, draft, restore } = useItemActions(parent, open)
  const goToHunk = (by: 1 | -1) => moveToHunk(editing.editor(), by)
  const openNote = () => setNote(note ?? '')
  useKeys('This item', [
    { keys: 'Ctrl+Enter', does: 'done, next item', run: () => finish.mutate('done'), whileTyping: true },
    { keys: 'Alt+ArrowDown', does: 'next change', run: () => goToHunk(1), whileTyping: true },
    { keys: 'Alt+ArrowUp', does: 'previous change', run: () => goToHunk(-1), whileTyping: true },
    { keys: 'Alt+z', does: 'restore this change', run: () => restore(), whileTyping: true },
    ...alsoWhileTyping('s', 'skip', () => finish.mutate('skipped')),
    ...alsoWhileTyping('f', 'flag', () => finish.mutate('flagged')),
    ...alsoWhileTyping('d', 'draft from a model', () => draft.mutate()),
    ...alsoWhileTyping('n', 'note', openNote),
    ...alsoWhileTyping('p', 'preferred response', () => setShowsChosen(!showsChosen)),
    ...alsoWhileTyping('c', 'context', () => setShowsContext(!showsContext)),
    { keys: 'e', does: 'edit the text', run: () => editing.editor().view.focus() },
  ])
  return (
    <div className="item-panel">
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
      {note !== null && <Note id={item.id} text={note} onChange={setNote} />}
      <Problem error={finish.error ?? draft.error} />
      <DraftStatus draft={draft} rejected={item.rejected} />
      <ActionBar onFinish={finish.mutate} onDraft={draft.mutate} onNote={openNote} />
    </div>
  )
}

type ItemActions = ReturnType<typeof useItemActions>

/** The editor and what can be done with its item. */
function useItemActions(
  parent: RefObject<HTMLDivElement | null>,
  { item, annotation, tokenizer, onNext }: OpenItem,
) {
  const project = useProject()
  const { annotator } = useSettings()
  const editing = useEditing(parent, { project, annotator, item, annotation }, tokenizer)
  const finish = useMutation({
    mutationFn: (state: Annotation['state']) => editing.save(state),
    onSuccess: (_, state) => onNext(state === 'done' && annotation?.state !== 'done'),
  })
  const draft = useMutation({
    mutationFn: () => askForDraft(project, item.id),
    onSuccess: ({ edited }) => suggest(editing.editor(), edited),
  })
  const restore = (hunk = hunkAtCaret(editing.editor())) =>
    hunk && restoreHunk(editing.editor(), hunk, item.rejected ?? '')
  return { editing, finish, draft, restore }
}

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
  onFinish,
  onDraft,
  onNote,
}: {
  onFinish: (state: Annotation['state']) => void
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
      <Button onClick={() => onFinish('flagged')}>
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

function Note({ id, text, onChange }: { id: string; text: string; onChange: (text: string) => void }) {
  const project = useProject()
  const { annotator } = useSettings()
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
        onChange={({ target }) => onChange(target.value)}
        onBlur={() => void saving(() => host.annotate.note({ project, annotator, id, text })).catch(() => {})}
      />
    </label>
  )
}
