/** The edits beside the pair that is shown large; `j` and `k` move through them. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import type { LabelledToken } from '../../electron/contract/label.ts'
import { useKeys } from '../app/keys.ts'
import { tellingText } from '../app/telling-text.ts'

/** Height of a row in rem. */
const rowRem = 3.5

export interface PairRow {
  prompt: string
  response: string
  /** At the end of the row: a number that says why it is where it is. */
  value: string
}

/** The text of a response, from its words or tokens. */
export function textOf(tokens: readonly LabelledToken[]): string {
  return tokens.map(({ text }) => text).join('')
}

export function PairList({
  label,
  head,
  rows,
  current,
  onOpen,
}: {
  label: string
  /** Above the list: its order, its pages. */
  head: ReactNode
  rows: readonly PairRow[]
  current: number
  onOpen: (index: number) => void
}) {
  const scroll = useRef<HTMLDivElement>(null)
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowRem * rem,
    overscan: 4,
  })
  const newest = useRef(list)
  newest.current = list
  useEffect(() => {
    if (current >= 0) newest.current.scrollToIndex(current, { align: 'auto' })
  }, [current])
  const move = (by: number) => {
    const next = current + by
    if (next >= 0 && next < rows.length) onOpen(next)
  }
  useKeys('Edits', [
    { keys: 'j', does: 'Next edit', run: () => move(1), repeats: true },
    { keys: 'k', does: 'Previous edit', run: () => move(-1), repeats: true },
  ])
  return (
    <aside className="pane lb-list" aria-label={label}>
      <div className="lb-list-head row wrap between">{head}</div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <div ref={scroll} className="scroll" tabIndex={0}>
        <ol style={{ height: `${list.getTotalSize()}px` }}>
          {list.getVirtualItems().map(({ index, start, size }) => (
            <li key={index} style={{ top: `${start}px`, height: `${size}px` }}>
              <button
                type="button"
                className="lb-row"
                aria-current={index === current || undefined}
                onClick={() => onOpen(index)}
              >
                <span className="prompt" dir="auto">
                  {tellingText((i) => rows[i], index)}
                </span>
                <span className="count">{rows[index]!.value}</span>
              </button>
            </li>
          ))}
        </ol>
      </div>
    </aside>
  )
}
