/** Parts of tables; a table has the class `table`, its numbers the class `r`, buttons that wait for the pointer `acts`. */
import type { ReactNode } from 'react'
import { Icon } from './icons.tsx'
import './table.css'

export type SortDirection = 'ascending' | 'descending'

/** The head of a column that can be sorted. A click sorts by it, or turns the order around. */
export function SortHead({
  children,
  direction,
  onSort,
  isNumber = false,
  className = '',
}: {
  children: ReactNode
  /** Null while the table is sorted by another column. */
  direction: SortDirection | null
  onSort: (direction: SortDirection) => void
  isNumber?: boolean
  /** Such as one that hides the column where the view is narrow. */
  className?: string
}) {
  const first: SortDirection = isNumber ? 'descending' : 'ascending'
  const turned: SortDirection = direction === 'ascending' ? 'descending' : 'ascending'
  return (
    <th scope="col" className={`${isNumber ? 'r' : ''} ${className}`} aria-sort={direction ?? undefined}>
      <button type="button" className="sort" onClick={() => onSort(direction === null ? first : turned)}>
        {children}
        {direction && <Icon name={direction} isSmall />}
      </button>
    </th>
  )
}

/** Around a table that may be wider than its place, where it scrolls, by keyboard too. */
export function TableScroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className="table-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
