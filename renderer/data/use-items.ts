/** The visible rows of a table of any length, loaded in pages as they scroll into view. */
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useDeferredValue, useEffect, useRef } from 'react'
import type { ItemQuery, ItemRow } from '../../electron/contract/data.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'

const pageRows = 100
/** However tall the table is laid out, no more rows than these are drawn. */
const maxRows = 90
/** The height of a row, `--row`, follows the size of text. */
const rowRem = 2.125

export function useItems(wanted: ItemQuery, scroller: RefObject<HTMLDivElement | null>) {
  const project = useProject()
  const query = { ...wanted, search: useDeferredValue(wanted.search) }
  const total = useRef(0)
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const virtual = useVirtualizer({
    count: total.current,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowRem * rem,
    rangeExtractor: (range) => defaultRangeExtractor(range).slice(0, maxRows),
    overscan: 3,
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
  /** Undefined while it is not known. */
  const count = pages[0]?.data?.total
  total.current = count ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is measured again when its length changes
  useEffect(() => virtual.measure(), [count])
  const asked = JSON.stringify(query)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another query starts at its first row
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0
  }, [asked])
  const rowAt = (index: number): ItemRow | undefined =>
    byPage.get(Math.floor(index / pageRows))?.[index % pageRows]
  const failed = pages.find(({ error }) => error)
  return { virtual, visible, count, rowAt, error: failed?.error, retry: () => void failed?.refetch() }
}
