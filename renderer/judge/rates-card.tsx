/** Win rates with their intervals, best first, beside the dotted rule of one half. */
import { useState } from 'react'
import { colourOf } from '../charts/colours.ts'
import { IntervalAxis, IntervalPlot, scaleOf } from '../charts/interval-plot.tsx'
import { Swatch } from '../charts/legend.tsx'
import { Button } from '../ui/button.tsx'
import { ResultCard } from './result-card.tsx'
import type { RateRow } from './result-rows.ts'
import { ResultTable } from './result-table.tsx'

/** Candidates that are shown before the rest is asked for. */
const fewRows = 8
/** More would make the page slow. */
const maxRows = 60

export function RatesCard({
  title,
  rows,
  help,
  onOpen,
}: {
  title: string
  rows: readonly RateRow[]
  help: string
  /** Opens another candidate's result. */
  onOpen?: (id: string) => void
}) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? rows.slice(0, maxRows) : rows.filter((row, i) => i < fewRows || row.isAsked)
  const scale = scaleOf(rows.map(({ interval }) => interval))
  return (
    <ResultCard
      title={title}
      note="95% intervals"
      help={help}
      table={
        <ResultTable
          title={title}
          rows={rows.slice(0, maxRows)}
          keyOf={({ id }) => id}
          columns={[
            { head: 'Candidate', text: ({ name }) => name },
            { head: 'Win rate', text: ({ winRate }) => `${winRate.toFixed(1)}%` },
            { head: '95% interval', text: ({ interval }) => rangeOf(interval) },
          ]}
        />
      }
    >
      <ol className="win-rows">
        {shown.map(({ id, name, winRate, interval, colour, isAsked }) => (
          <li key={id} className="win-row" aria-current={isAsked || undefined}>
            <span className="row">
              <Swatch index={colour} />
              {isAsked || !onOpen ? (
                <span className={isAsked ? 'strong' : 'medium'}>{name}</span>
              ) : (
                <Button kind="quiet" isSmall className="win-name" onClick={() => onOpen(id)}>
                  {name}
                </Button>
              )}
            </span>
            <IntervalPlot
              value={winRate}
              {...interval}
              label={name}
              scale={scale}
              colour={colourOf(colour)}
            />
            <span className="num win-rate">
              <b>{winRate.toFixed(1)}%</b> <span className="quiet">{rangeOf(interval)}</span>
            </span>
          </li>
        ))}
      </ol>
      <div className="win-row win-axis">
        <span />
        <IntervalAxis scale={scale} />
        <span />
      </div>
      {rows.length > shown.length && !isWhole && (
        <Button isSmall onClick={() => setWhole(true)}>
          Show all {rows.length} candidates
        </Button>
      )}
    </ResultCard>
  )
}

export function rangeOf({ low, high }: { low: number; high: number }): string {
  return `${low.toFixed(1)} to ${high.toFixed(1)}`
}
