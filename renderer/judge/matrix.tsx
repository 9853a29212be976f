/** A square table of every candidate against every other, tinted orange below and blue above the middle. */
import { shortName } from '../../electron/contract/result-sentence.ts'
import { heatOf } from '../ui/heat.ts'
import { TableScroll } from '../ui/table.tsx'

export interface MatrixCell {
  text: string
  /** The interval. */
  range: string
  /** How far from the middle; 0 for what is not distinguished. */
  strength: number
}

export function Matrix({
  names,
  label,
  cellOf,
  scale,
}: {
  names: readonly string[]
  /** What a cell says. */
  label: string
  cellOf: (row: string, column: string) => MatrixCell | null
  /** The strength of the strongest tint. */
  scale: number
}) {
  return (
    <TableScroll label={label}>
      <table className="matrix">
        <caption className="unseen">{label}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                {shortName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((row) => (
            <tr key={row}>
              <th scope="row">{shortName(row)}</th>
              {names.map((column) => {
                const cell = row === column ? null : cellOf(row, column)
                if (!cell) return <td key={column} className={row === column ? 'self' : undefined} />
                return (
                  <td
                    key={column}
                    className={tintOf(cell.strength, scale)}
                    title={`95% interval ${cell.range}`}
                  >
                    {cell.text}
                    <span className="unseen">, 95% interval {cell.range}</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  )
}

/** What is distinguished has at least the weakest tint. */
function tintOf(strength: number, scale: number): string {
  if (strength === 0) return ''
  return heatOf(Math.sign(strength) * Math.max(Math.abs(strength), scale / 3), scale)
}
