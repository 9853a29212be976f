/** An item's note: saved shortly after a pause, and when the item is left in any way. */
import { useEffect, useRef, useState } from 'react'
import { outbox, type Place, unsavedId } from '../app/unsaved.ts'

const pauseMs = 400

export interface NoteDraft {
  /** Null while there is no note. */
  text: string | null
  change(text: string): void
  /** Goes to its field; if there is none, to that of an empty one. */
  open(): void
  /** How often it was gone to. */
  openings: number
  /** Saves without waiting for a pause. */
  flush(): void
}

/** @param saved the note that is stored, or was when the item was opened */
export function useNote(place: Place, saved: string): NoteDraft {
  const id = unsavedId('note', place)
  const unsaved = outbox.get(id)
  const [text, setText] = useState<string | null>((unsaved?.kind === 'note' ? unsaved.text : saved) || null)
  const [openings, setOpenings] = useState(0)
  const seen = useRef(unsaved?.kind === 'note' ? unsaved.seen : { text: saved })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const flush = () => {
    clearTimeout(timer.current)
    if (outbox.get(id)) void outbox.send(id).catch(() => {})
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the item is left
  useEffect(() => flush, [id])
  // Another window has changed it, or what it wrote was added to this note.
  useEffect(() => {
    if (outbox.get(id)) return
    seen.current.text = saved
    setText((shown) => (saved === '' && shown === '' ? shown : saved || null))
  }, [saved, id])
  return {
    text,
    change(next) {
      setText(next)
      outbox.put(id, { kind: 'note', ...place, text: next, seen: seen.current })
      clearTimeout(timer.current)
      timer.current = setTimeout(flush, pauseMs)
    },
    open() {
      setText(text ?? '')
      setOpenings((before) => before + 1)
    },
    openings,
    flush,
  }
}
