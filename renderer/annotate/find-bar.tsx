/**
 * Finds words in the prompt, the context, the preferred response and the response that is edited, in this order: Enter
 * goes to the next place, Shift Enter to the previous, Escape ends.
 */
import { type RefObject, useEffect, useRef, useState } from 'react'
import { IconButton } from '../ui/button.tsx'
import { Input } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import type { EditorHandle } from './editor.ts'
import { endFind, findText, foundIn, goToFound } from './find.ts'
import { markBeside, placesBeside, unmarkBeside } from './find-beside.ts'

export interface FindIn {
  /** What is read beside the response. */
  beside: RefObject<HTMLElement | null>
  editor: () => EditorHandle
}

export function FindBar({ onClose, ...within }: FindIn & { onClose: () => void }) {
  const [text, setText] = useState('')
  const { count, at, search, go, close } = useFound(within)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const end = () => {
    close()
    onClose()
  }
  return (
    <search className="row an-find" aria-label="Find in this item">
      <Input
        ref={field}
        before={<Icon name="search" isSmall />}
        aria-label="Find in this item"
        placeholder="Find in this item"
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          search(target.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape') end()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      <span className="num quiet" role="status">
        {text !== '' && (count === 0 ? 'Not found' : `${at + 1} of ${count}`)}
      </span>
      <IconButton icon="up" label="Previous place" isSmall disabled={count === 0} onClick={() => go(-1)} />
      <IconButton icon="down" label="Next place" isSmall disabled={count === 0} onClick={() => go(1)} />
      <IconButton icon="close" label="End the search" keys="Escape" isSmall onClick={end} />
    </search>
  )
}

/** The places beside the response come first, as they do on the page; the search begins at the caret. */
function useFound({ beside, editor }: FindIn) {
  const [{ count, at }, setFound] = useState({ count: 0, at: 0 })
  const places = useRef<Range[]>([])
  useEffect(() => unmarkBeside, [])
  const show = (next: number, inEditor: number) => {
    markBeside(places.current, next)
    goToFound(editor().view, next - places.current.length)
    setFound({ count: places.current.length + inEditor, at: next })
  }
  return {
    count,
    at,
    search(query: string) {
      places.current = beside.current ? placesBeside(beside.current, query) : []
      const own = findText(editor().view, query)
      show(own.count > 0 ? places.current.length + own.at : 0, own.count)
    },
    go(by: 1 | -1) {
      const inEditor = foundIn(editor().view)
      const now = places.current.length + inEditor
      if (now > 0) show((at + by + now) % now, inEditor)
    },
    close: () => endFind(editor().view),
  }
}
