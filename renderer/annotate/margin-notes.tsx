/** Notes in the margin, level with the changes: how many words each removes and adds, and a button that puts it back. */
import { memo } from 'react'
import type { ChangeKind } from '../../electron/contract/records.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { kindsOfChanges, wordOfKind } from './change-kinds.ts'
import type { Change } from './edit-diff.ts'
import type { MarginNote } from './margin.ts'

interface NotesProps {
  notes: readonly MarginNote[]
  rejected: string
  /** How changes were sorted. */
  marks: readonly ChangeKind[]
  /** Puts one of these changes back: that which is nearer to the caret. */
  onPutBack: (among: readonly Change[]) => void
}

export const MarginNotes = memo(function MarginNotes({ notes, ...props }: NotesProps) {
  return (
    <section className="margin" aria-label="Changes">
      {notes.map((note) => (
        <Note key={note.changes[0]!.rejectedStart} note={note} {...props} />
      ))}
    </section>
  )
})

function Note({ note, rejected, marks, onPutBack }: Omit<NotesProps, 'notes'> & { note: MarginNote }) {
  const { changes, top, height, at } = note
  const label = labelOf(changes, rejected)
  const putBack = () => onPutBack(changes)
  return (
    <div className={`margin-note ${at ? 'is-at' : ''}`} style={{ top: `${top + height / 2}px` }}>
      {at ? (
        <>
          <Button isSmall icon="undo" aria-label={label} onClick={putBack}>
            <span className="say">Put back</span>
          </Button>
          <span className="say">
            <Keys keys="Alt+z" isHidden />
          </span>
        </>
      ) : (
        <>
          <Counts changes={changes} />
          <button
            type="button"
            className="btn quiet icon small"
            title="Put back"
            aria-label={label}
            onClick={putBack}
          >
            <Icon name="undo" isSmall />
          </button>
        </>
      )}
      {/* The bar below the sheet shows that of the change at the caret. */}
      {!at && <Kinds changes={changes} marks={marks} />}
    </div>
  )
}

function Kinds({ changes, marks }: { changes: readonly Change[]; marks: readonly ChangeKind[] }) {
  const words = kindsOfChanges(changes, marks).flatMap((sorted) => (sorted ? [wordOfKind(sorted)] : []))
  if (words.length === 0) return null
  const all = [...new Set(words)].join('; ')
  return (
    <span className="kind cut" title={all}>
      {all}
    </span>
  )
}

function Counts({ changes }: { changes: readonly Change[] }) {
  const sum = (side: 'removed' | 'added') => changes.reduce((total, change) => total + change[side], 0)
  const [removed, added] = [sum('removed'), sum('added')]
  return (
    <>
      {changes.length > 1 && <b>{changes.length}</b>}
      {removed > 0 && <span className="minus">−{removed}</span>}
      {added > 0 && <span className="plus">+{added}</span>}
      {removed + added === 0 && <span>space</span>}
    </>
  )
}

const maxShown = 60

function labelOf(changes: readonly Change[], rejected: string): string {
  if (changes.length > 1) return `Put back the nearer of ${changes.length} changes`
  const { rejectedStart, rejectedEnd } = changes[0]!
  const removed = rejected.slice(rejectedStart, rejectedEnd)
  return removed === '' ? 'Put back: take out the added words' : `Put back “${removed.slice(0, maxShown)}”`
}
