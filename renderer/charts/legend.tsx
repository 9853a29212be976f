/** The names of the lines, in the order of the charts' colours. */
import { colourOf } from './colours.ts'
import './line-chart.css'

export function Legend({ names }: { names: readonly string[] }) {
  return names.map((name, i) => (
    <span key={name} className="row wrap">
      <i className="swatch" style={{ background: colourOf(i) }} /> {name}
    </span>
  ))
}
