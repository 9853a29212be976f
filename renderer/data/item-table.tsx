/** Items in a table of any length: rows are loaded as they scroll into view. */
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type RefObject, useDeferredValue, useEffect, useRef } from 'react'
import type { ItemQuery, ItemRow } from '../../electron/contract/data.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Problem } from '../ui/problem.tsx'
import { splitNames } from './words.ts'

const pageRows = 100
const rowPixels = 52

interface Selection {
  selected: string | undefined
  onSelect: (id: string) => void
}

export function ItemTable({ query, selected, onSelect }: { query: ItemQuery } & Selection) {
  const scroller = useRef<HTMLDivElement>(null)
  const { virtual, visible, count, isLoaded, rowAt, error } = useRows(query, scroller)
  const move = (by: number) => {
    const at = visible.find(({ index }) => rowAt(index)?.id === selected)?.index
    const next = at === undefined ? (visible[0]?.index ?? 0) : Math.min(Math.max(at + by, 0), count - 1)
    virtual.scrollToIndex(next)
    const row = rowAt(next)
    if (row) onSelect(row.id)
  }
  useKeys('Items', [
    { keys: 'j', does: 'next item', run: () => move(1), repeats: true },
    { keys: 'k', does: 'previous item', run: () => move(-1), repeats: true },
    { keys: 'ArrowDown', does: 'next item', run: () => move(1), repeats: true },
    { keys: 'ArrowUp', does: 'previous item', run: () => move(-1), repeats: true },
  ])
  return (
    <div className="item-table">
      <Problem error={error} />
      <p className="quiet num" role="status">
        {isLoaded ? `${count.toLocaleString('en')} ${count === 1 ? 'item' : 'items'}` : 'Loading items…'}
      </p>
      {isLoaded && count === 0 && <NoMatch query={query} />}
      <div className="item-row item-head" aria-hidden>
        <span>Prompt</span>
        <span>Rejected</span>
        <span>Chosen</span>
        <span>Split · state</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="item-scroll" ref={scroller} tabIndex={0} aria-label="Items">
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {visible.map(({ index, start }) => (
            <Row
              key={index}
              row={rowAt(index)}
              style={{ transform: `translateY(${start}px)`, height: rowPixels }}
              selected={selected}
              onSelect={onSelect}
            />
          ))}
        </div>
      </section>
    </div>
  )
}

/** No item of the project passes the search and the filters. */
function NoMatch({ query: { search, ...filters } }: { query: ItemQuery }) {
  const [, change] = usePlace()
  const isFiltered = Object.values(filters).some((value) => value !== null)
  const what = search === '' ? 'these filters' : `“${search}”${isFiltered ? ' and these filters' : ''}`
  return (
    <Empty title={`No item matches ${what}`}>
      <Button
        onClick={() => change({ q: undefined, dataset: undefined, split: undefined, state: undefined })}
      >
        Show all items
      </Button>
    </Empty>
  )
}

/** The visible rows, loaded in pages. */
function useRows(wanted: ItemQuery, scroller: RefObject<HTMLDivElement | null>) {
  const project = useProject()
  const query = { ...wanted, search: useDeferredValue(wanted.search) }
  const total = useRef(0)
  const virtual = useVirtualizer({
    count: total.current,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 10,
  })
  const visible = virtual.getVirtualItems()
  const pageNumbers = [...new Set([0, ...visible.map(({ index }) => Math.floor(index / pageRows))])]
  const pages = useQueries({
    queries: pageNumbers.map((page) => ({
      queryKey: ['items', project, query, page],
      queryFn: () => host.data.page({ project, query, offset: page * pageRows, limit: pageRows }),
      placeholderData: keepPreviousData,
    })),
  })
  const byPage = new Map(pageNumbers.map((page, i) => [page, pages[i]!.data?.rows]))
  const count = pages[0]?.data?.total ?? 0
  total.current = count
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is measured again when its length changes
  useEffect(() => virtual.measure(), [count])
  const rowAt = (index: number): ItemRow | undefined =>
    byPage.get(Math.floor(index / pageRows))?.[index % pageRows]
  const isLoaded = pages[0]?.data !== undefined
  return { virtual, visible, count, isLoaded, rowAt, error: pages.find(({ error }) => error)?.error }
}

function Row({
  row,
  style,
  selected,
  onSelect,
}: { row: ItemRow | undefined; style: CSSProperties } & Selection) {
  return (
    <button
      type="button"
      className="item-row"
      aria-pressed={row !== undefined && row.id === selected}
      style={style}
      onClick={() => row && onSelect(row.id)}
    >
      <span>{row?.prompt}</span>
      <span>{row?.rejected}</span>
      <span>{row?.chosen}</span>
      <span className="quiet">
        {row && splitNames[row.split]}
        {row?.state && ` · ${row.state}`}
      </span>
    </button>
  )
}
