/** Finds words in the response: Enter goes to the next place, Shift Enter to the previous, Escape ends. */
import { useEffect, useRef, useState } from 'react'
import { IconButton } from '../ui/button.tsx'
import { Input } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import type { EditorHandle } from './editor.ts'
import { endFind, type FindState, findNext, findText } from './find.ts'

export function FindBar({ editor, onClose }: { editor: () => EditorHandle; onClose: () => void }) {
  const [text, setText] = useState('')
  const [{ count, at }, setFound] = useState<FindState>({ count: 0, at: 0 })
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const go = (by: 1 | -1) => setFound(findNext(editor().view, by))
  const close = () => {
    endFind(editor().view)
    onClose()
  }
  return (
    <search className="row an-find" aria-label="Find in the response">
      <Input
        ref={field}
        before={<Icon name="search" isSmall />}
        aria-label="Find in the response"
        placeholder="Find in the response"
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          setFound(findText(editor().view, target.value))
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape') close()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      <span className="num quiet" role="status">
        {text !== '' && (count === 0 ? 'Not found' : `${at} of ${count}`)}
      </span>
      <IconButton icon="up" label="Previous place" isSmall disabled={count === 0} onClick={() => go(-1)} />
      <IconButton icon="down" label="Next place" isSmall disabled={count === 0} onClick={() => go(1)} />
      <IconButton icon="close" label="End the search" keys="Escape" isSmall onClick={close} />
    </search>
  )
}
