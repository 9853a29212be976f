/** An edit for reading: what was taken out is struck, what was put in underlined; never by colour alone. */
import { useMemo } from 'react'
import { diffParts } from './diff-parts.ts'
import './diff-text.css'

const tags = { kept: 'span', removed: 'del', added: 'ins' } as const

export function DiffText({ before, after }: { before: string; after: string }) {
  const parts = useMemo(() => diffParts(before, after), [before, after])
  return (
    <span className="diff-text">
      {parts.map(({ kind, text }, i) => {
        const Tag = tags[kind]
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
        return <Tag key={i}>{text}</Tag>
      })}
    </span>
  )
}
