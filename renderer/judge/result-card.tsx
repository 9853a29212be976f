/** A card of results: a picture, and the same numbers as a table that can be copied. */
import { type ReactNode, useState } from 'react'
import { IconButton } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'

export function ResultCard({
  title,
  note,
  table,
  help,
  isWide = false,
  children,
}: {
  title: string
  /** Beside the title: what the numbers are. */
  note?: ReactNode
  table: ReactNode
  help?: ReactNode
  /** Whether it takes both columns. */
  isWide?: boolean
  children: ReactNode
}) {
  const [isTable, setTable] = useState(false)
  return (
    <Card
      title={title}
      isWide={isWide}
      actions={
        <>
          {note && <span className="quiet res-note">{note}</span>}
          <IconButton
            icon="table"
            label={isTable ? `${title} as a figure` : `${title} as a table`}
            isSmall
            isPressed={isTable}
            onClick={() => setTable(!isTable)}
          />
        </>
      }
    >
      {isTable ? table : children}
      {help && <p className="help res-help">{help}</p>}
    </Card>
  )
}
