/** An edit for reading: deleted text is struck through, inserted text underlined; never by colour alone. */
import { useMemo } from 'react'
import { diffParts } from './diff-parts.ts'
import './diff-text.css'
import './proof.css'

const tags = { kept: 'span', removed: 'del', added: 'ins' } as const

export function DiffText({ before, after }: { before: string; after: string }) {
  const parts = useMemo(() => diffParts(before, after), [before, after])
  return (
    <span className="diff-text">
      {parts.map(({ kind, text }, i) => {
        const Tag = tags[kind]
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other key
        return <Tag key={i}>{text}</Tag>
      })}
    </span>
  )
}
