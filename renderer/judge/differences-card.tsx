/** Candidates against each other: points of win rate by which the row exceeds the column, paired by prompt. */
import type { Round } from '../../electron/contract/judge.ts'
import { isDistinguished, shortName } from '../../electron/contract/result-sentence.ts'
import { Matrix, type MatrixCell } from './matrix.tsx'
import { ResultCard } from './result-card.tsx'
import { ResultTable } from './result-table.tsx'

const title = 'Candidates against each other'

/** A number with its sign, so that an equal pair shows none. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(1)
  if (Number(text) === 0) return '0.0'
  return `${value < 0 ? '−' : '+'}${text}`
}

export function DifferencesCard({ round: { rows, differences } }: { round: Round }) {
  const names = [...new Set(differences.map(({ candidate }) => candidate))]
  const cellOf = (candidate: string, opponent: string): MatrixCell | null => {
    const found = differences.find((each) => each.candidate === candidate && each.opponent === opponent)
    if (!found) return null
    const { value, interval } = found
    return {
      text: signed(value),
      range: `${signed(interval.low)} to ${signed(interval.high)}`,
      strength: isDistinguished(interval, 0) ? value : 0,
    }
  }
  const help =
    names.length < rows.length
      ? `The best ${names.length} of ${rows.length} candidates. Both were judged against the reference, not against each other.`
      : 'Both were judged against the reference, not against each other.'
  return (
    <ResultCard
      title={title}
      note="points of win rate; tinted where the interval leaves out 0"
      help={help}
      isWide
      table={
        <ResultTable
          title={title}
          rows={differences.filter(
            ({ candidate, opponent }) => names.indexOf(candidate) < names.indexOf(opponent),
          )}
          keyOf={({ candidate, opponent }) => JSON.stringify([candidate, opponent])}
          columns={[
            { head: 'Candidates', text: (row) => `${shortName(row.candidate)} − ${shortName(row.opponent)}` },
            { head: 'Points', text: ({ value }) => signed(value) },
            {
              head: '95% interval',
              text: ({ interval: { low, high } }) => `${signed(low)} to ${signed(high)}`,
            },
            {
              head: 'At this size',
              text: ({ interval }) => (isDistinguished(interval, 0) ? 'differ' : 'not distinguished'),
            },
          ]}
        />
      }
    >
      <Matrix names={names} label="the row's points above the column" cellOf={cellOf} scale={25} />
    </ResultCard>
  )
}
