/** Long lists in pages, so that the page of the browser never holds more rows than it can draw at once. */
import { useState } from 'react'
import { Button } from './button.tsx'
import './pages.css'

const pageRows = 90

export interface Pages<Row> {
  /** The rows of the page that is open. */
  shown: readonly Row[]
  /** Index of the first of them among all rows. */
  start: number
  total: number
  turn(by: 1 | -1): void
}

/** The last page stays open when rows are removed. */
export function usePages<Row>(rows: readonly Row[]): Pages<Row> {
  const [page, setPage] = useState(0)
  const last = Math.max(0, Math.ceil(rows.length / pageRows) - 1)
  const open = Math.min(page, last)
  const start = open * pageRows
  return {
    shown: rows.slice(start, start + pageRows),
    start,
    total: rows.length,
    turn: (by) => setPage(Math.min(last, Math.max(0, open + by))),
  }
}

/** Where the open page is and how to turn it; nothing for a single page. */
export function PageTurner({ pages: { shown, start, total, turn } }: { pages: Pages<unknown> }) {
  if (total <= pageRows) return null
  const end = start + shown.length
  return (
    <p className="page-turner num">
      {start + 1} to {end} of {total.toLocaleString('en')}
      <Button isSmall disabled={start === 0} onClick={() => turn(-1)}>
        Previous
      </Button>
      <Button isSmall disabled={end === total} onClick={() => turn(1)}>
        Next
      </Button>
    </p>
  )
}
