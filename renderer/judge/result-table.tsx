/** A table of results that can be copied as Markdown or CSV, with its figure to save. */
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { csvOf, markdownOf, type TextTable } from '../app/table-text.ts'
import { Button } from '../ui/button.tsx'
import { PageTurner, usePages } from '../ui/pages.tsx'
import { Problem } from '../ui/problem.tsx'
import { TableScroll } from '../ui/table.tsx'
import { SaveFigure } from './save-figure.tsx'

export interface Column<Row> {
  head: string
  /** What is copied, and what is shown if there is no `cell`. */
  text(row: Row): string
  cell?(row: Row): ReactNode
  /** Makes the head a button that sorts by the column, largest first. */
  sort?: { isOn: boolean; toggle(): void }
}

export function ResultTable<Row>({
  title,
  columns,
  rows,
  all = rows,
  keyOf,
  hasCaption = false,
  isNarrow = true,
  figure,
}: {
  /** Names the table in its copy buttons, and above it if it has a caption. */
  title: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** What is copied, if more than what is shown. */
  all?: readonly Row[]
  keyOf(row: Row): string
  hasCaption?: boolean
  isNarrow?: boolean
  /** Name of the figure that shows the same results. */
  figure?: string
}) {
  const pages = usePages(rows)
  const asText = (): TextTable => ({
    head: columns.map(({ head }) => head),
    rows: all.map((row) => columns.map(({ text }) => text(row))),
  })
  return (
    <div>
      <TableScroll label={title}>
        <table className={`table ${isNarrow ? 'narrow' : ''}`}>
          {hasCaption && <caption>{title}</caption>}
          <thead>
            <tr>
              {columns.map(({ head, sort }) => (
                <th key={head} scope="col" aria-sort={sort?.isOn ? 'descending' : undefined}>
                  {sort ? (
                    <Button kind="quiet" className="sorter" aria-pressed={sort.isOn} onClick={sort.toggle}>
                      {head} {sort.isOn ? '↓' : '↕'}
                    </Button>
                  ) : (
                    head
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pages.shown.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map(({ head, text, cell }) => (
                  <td key={head}>{cell ? cell(row) : text(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <PageTurner pages={pages} />
      <div className="row wrap table-tools">
        <CopyTable title={title} asText={asText} />
        {figure && <SaveFigure name={figure} title={title} />}
      </div>
    </div>
  )
}

const formats = [
  { name: 'Markdown', write: markdownOf },
  { name: 'CSV', write: csvOf },
]

function CopyTable({ title, asText }: { title: string; asText(): TextTable }) {
  const copy = useMutation({
    mutationFn: async ({ write }: (typeof formats)[number]) => {
      await navigator.clipboard.writeText(write(asText()))
    },
  })
  return (
    <span className="row wrap table-tools">
      <span className="quiet">Copy as</span>
      {formats.map((format) => (
        <Button
          key={format.name}
          kind="quiet"
          aria-label={`Copy ${title} as ${format.name}`}
          onClick={() => copy.mutate(format)}
        >
          {format.name}
        </Button>
      ))}
      <span role="status" className="quiet">
        {copy.isSuccess && 'Copied.'}
      </span>
      <Problem error={copy.error} />
    </span>
  )
}
