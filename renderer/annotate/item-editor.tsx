/** One item: what was asked, the preferred response for reference, and the rejected one to edit. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Annotation, Item } from '../../electron/contract/records.ts'
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'
import { host } from '../app/connection.ts'
import { type KeyBinding, useKeys } from '../app/keys.ts'
import { useProject } from '../app/navigation.ts'
import { saving } from '../app/saved.ts'
import { getSettings, useSettings } from '../app/settings.ts'
import { Button, Keys, Problem } from '../ui/kit.tsx'
import { Prompt } from '../ui/prompt.tsx'
import { diffEdit } from './edit-diff.ts'
import { setSuggestions } from './editor.ts'
import { Meter } from './meter.tsx'
import { useEditing } from './use-editing.ts'

/** @param children beneath the responses */
export function ItemEditor({
  id,
  tokenizer,
  onNext,
  children,
}: {
  id: string
  /** A model whose tokens the diff is in; null for words. */
  tokenizer: string | null
  onNext: (isDone: boolean) => void
  children?: ReactNode
}) {
  const project = useProject()
  const { annotator } = useSettings()
  const { data, error } = useQuery({
    queryKey: ['open', project, annotator, id],
    queryFn: () => host.annotate.open({ project, annotator, id }),
    // What is in the editor is newer than anything that could be asked for.
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
    <Desk {...first.current} tokenizer={tokenizer} onNext={onNext}>
      {children}
    </Desk>
  )
}

function Desk({
  item,
  annotation,
  note: keptNote,
  tokenizer,
  onNext,
  children,
}: {
  item: Item
  annotation: Annotation | null
  note: string
  tokenizer: string | null
  onNext: (isDone: boolean) => void
  children: ReactNode
}) {
  const project = useProject()
  const { annotator } = useSettings()
  const parent = useRef<HTMLDivElement>(null)
  const editing = useEditing(parent, { project, annotator, item, annotation, tokenizer })
  const [showsChosen, setShowsChosen] = useState(true)
  const [showsContext, setShowsContext] = useState(false)
  const [note, setNote] = useState<string | null>(keptNote || null)
  const finish = useMutation({
    mutationFn: (state: Annotation['state']) => editing.save(state),
    onSuccess: (_, state) => onNext(state === 'done' && annotation?.state !== 'done'),
  })
  const draft = useMutation({
    mutationFn: () => {
      const { server, serverModel, draftModel } = getSettings()
      if (draftModel !== '')
        return host.annotate.draft({ project, id: item.id, server: null, model: draftModel })
      if (serverModel === '') throw new Error('Name a model that drafts in Settings first.')
      return host.annotate.draft({ project, id: item.id, server, model: serverModel })
    },
    onSuccess: ({ edited }) => suggest(editing.editor.current!, edited),
  })
  const onHunk = (by: 1 | -1) => moveToHunk(editing.editor.current!, by)
  const putBack = (hunk = hunkAtCaret(editing.editor.current!)) =>
    hunk && putHunkBack(editing.editor.current!, hunk, item.rejected ?? '')
  const also = (keys: string, does: string, run: () => void): KeyBinding[] => [
    { keys, does, run },
    { keys: `Alt+${keys}`, does, run, whileTyping: true },
  ]
  useKeys('This item', [
    { keys: 'Ctrl+Enter', does: 'done, next item', run: () => finish.mutate('done'), whileTyping: true },
    { keys: 'Alt+ArrowDown', does: 'next change', run: () => onHunk(1), whileTyping: true },
    { keys: 'Alt+ArrowUp', does: 'previous change', run: () => onHunk(-1), whileTyping: true },
    { keys: 'Alt+z', does: 'put this change back', run: () => putBack(), whileTyping: true },
    ...also('s', 'skip', () => finish.mutate('skipped')),
    ...also('f', 'flag', () => finish.mutate('flagged')),
    ...also('d', 'draft from a model', () => draft.mutate()),
    ...also('n', 'note', () => setNote(note ?? '')),
    ...also('p', 'preferred response', () => setShowsChosen(!showsChosen)),
    ...also('c', 'context', () => setShowsContext(!showsContext)),
    { keys: 'e', does: 'into the text', run: () => editing.editor.current?.view.focus() },
  ])
  return (
    <div className="desk">
      <section className="asked" aria-label="Prompt">
        <Prompt
          prompt={item.prompt}
          context={item.context}
          folding={{ isOpen: showsContext, onChange: setShowsContext }}
        />
      </section>
      <div className="responses">
        {item.chosen !== null && showsChosen && (
          <section aria-label="Preferred response">
            <h2>Preferred, for reference</h2>
            <p className="whole">{item.chosen}</p>
          </section>
        )}
        <section aria-label="Rejected response">
          <h2>Rejected: edit as little as possible</h2>
          <div ref={parent} className="editor" />
          <Meter
            editing={editing}
            onPutBack={putBack}
            rejected={item.rejected ?? ''}
            unit={tokenizer === null ? 'words' : `tokens of ${tokenizer}`}
          />
        </section>
      </div>
      {children}
      {note !== null && <Note id={item.id} text={note} onChange={setNote} />}
      <Problem error={finish.error ?? draft.error} />
      {draft.isPending && <p role="status">Asking the model for a draft…</p>}
      {draft.data && (
        <p role="status" className="quiet">
          {draft.data.edited === item.rejected
            ? `${draft.data.model} would change nothing.`
            : `A draft of ${draft.data.model}: Tab takes a change, Escape drops it.`}
        </p>
      )}
      <div className="row key-line">
        <Button kind="primary" onClick={() => finish.mutate('done')}>
          Done <Keys keys="Ctrl Enter" />
        </Button>
        <Button onClick={() => finish.mutate('skipped')}>
          Skip <Keys keys="Alt s" />
        </Button>
        <Button onClick={() => finish.mutate('flagged')}>
          Flag <Keys keys="Alt f" />
        </Button>
        <Button onClick={() => draft.mutate()}>
          Draft <Keys keys="Alt d" />
        </Button>
        <Button onClick={() => setNote(note ?? '')}>
          Note <Keys keys="Alt n" />
        </Button>
        <span className="quiet">
          <Keys keys="Alt ↑↓" /> change <Keys keys="Alt z" /> put back <Keys keys="Ctrl z" /> undo
        </span>
      </div>
    </div>
  )
}

type Editor = NonNullable<ReturnType<typeof useEditing>['editor']['current']>

function hunkAtCaret({ view, hunks }: Editor): TextHunk | undefined {
  const caret = view.state.selection.main.head
  const distance = ({ editedStart, editedEnd }: TextHunk) =>
    caret < editedStart ? editedStart - caret : Math.max(0, caret - editedEnd)
  return [...hunks()].sort((a, b) => distance(a) - distance(b))[0]
}

function moveToHunk({ view, hunks }: Editor, by: 1 | -1): void {
  const caret = view.state.selection.main.head
  const starts = hunks().map(({ editedStart }) => editedStart)
  const next = by > 0 ? starts.find((start) => start > caret) : starts.findLast((start) => start < caret)
  if (next === undefined) return
  view.dispatch({ selection: { anchor: next }, scrollIntoView: true })
  view.focus()
}

function putHunkBack({ view }: Editor, hunk: TextHunk, rejected: string): void {
  const insert = rejected.slice(hunk.rejectedStart, hunk.rejectedEnd)
  view.dispatch({
    changes: { from: hunk.editedStart, to: hunk.editedEnd, insert },
    userEvent: 'input.put-back',
  })
  view.focus()
}

function suggest({ view }: Editor, edited: string): void {
  const now = view.state.doc.toString()
  const suggestions = diffEdit(now, edited).hunks.map((hunk) => ({
    from: hunk.rejectedStart,
    to: hunk.rejectedEnd,
    insert: edited.slice(hunk.editedStart, hunk.editedEnd),
  }))
  view.dispatch({ effects: setSuggestions.of(suggestions) })
  view.focus()
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
      <span className="field-label">Note</span>
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
