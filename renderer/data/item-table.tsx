/** Items in a table of any length: rows are asked for as they come into sight. */
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useEffect, useRef } from 'react'
import type { ItemQuery, ItemRow } from '../../electron/contract/data.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { useProject } from '../app/navigation.ts'
import { Problem } from '../ui/kit.tsx'

const pageRows = 100
const rowPixels = 52

export function ItemTable({
  query: asked,
  chosen,
  onChoose,
}: {
  query: ItemQuery
  chosen: string | undefined
  onChoose: (id: string) => void
}) {
  const project = useProject()
  const search = useDeferredValue(asked.search)
  const query = { ...asked, search }
  const scroller = useRef<HTMLDivElement>(null)
  const total = useRef(0)
  const virtual = useVirtualizer({
    count: total.current,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 10,
  })
  const visible = virtual.getVirtualItems()
  const wanted = new Set([0, ...visible.map(({ index }) => Math.floor(index / pageRows))])
  const pages = useQueries({
    queries: [...wanted].map((page) => ({
      queryKey: ['items', project, query, page],
      queryFn: () => host.data.page({ project, query, offset: page * pageRows, limit: pageRows }),
      placeholderData: keepPreviousData,
    })),
  })
  const byPage = new Map([...wanted].map((page, i) => [page, pages[i]!.data?.rows]))
  const count = pages[0]?.data?.total ?? 0
  total.current = count
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is measured anew when its length changes
  useEffect(() => virtual.measure(), [count])
  const rowAt = (index: number): ItemRow | undefined =>
    byPage.get(Math.floor(index / pageRows))?.[index % pageRows]
  const move = (by: number) => {
    const at = visible.find(({ index }) => rowAt(index)?.id === chosen)?.index
    const next = at === undefined ? (visible[0]?.index ?? 0) : Math.min(Math.max(at + by, 0), count - 1)
    virtual.scrollToIndex(next)
    const row = rowAt(next)
    if (row) onChoose(row.id)
  }
  useKeys('Items', [
    { keys: 'j', does: 'next item', run: () => move(1) },
    { keys: 'k', does: 'previous item', run: () => move(-1) },
    { keys: 'ArrowDown', does: 'next item', run: () => move(1) },
    { keys: 'ArrowUp', does: 'previous item', run: () => move(-1) },
  ])
  return (
    <div className="item-table">
      <Problem error={pages.find(({ error }) => error)?.error} />
      <p className="quiet numbers" role="status">
        {count.toLocaleString('en')} {count === 1 ? 'item' : 'items'}
      </p>
      <div className="item-row item-head" aria-hidden>
        <span>Prompt</span>
        <span>Rejected</span>
        <span>Chosen</span>
        <span>Split · state</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable */}
      <section className="item-scroll" ref={scroller} tabIndex={0} aria-label="Items">
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {visible.map(({ index, start }) => {
            const row = rowAt(index)
            return (
              <button
                type="button"
                key={index}
                className="item-row"
                aria-pressed={row !== undefined && row.id === chosen}
                style={{ transform: `translateY(${start}px)`, height: rowPixels }}
                onClick={() => row && onChoose(row.id)}
              >
                <span>{row?.prompt}</span>
                <span>{row?.rejected}</span>
                <span>{row?.chosen}</span>
                <span className="quiet">
                  {row && `${row.split === 'train' ? 'training' : 'held out'}`}
                  {row?.state && ` · ${row.state}`}
                </span>
              </button>
            )
          })}
        </div>
      </section>
    </div>
  )
}
