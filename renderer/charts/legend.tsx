/** The names of the lines beside their colour and dash. */
import { colourOf, swatchOf } from './colours.ts'
import './line-chart.css'

export function Legend({ names }: { names: readonly string[] }) {
  return names.map((name, i) => (
    <span key={name} className="row">
      <Swatch index={i} /> {name}
    </span>
  ))
}

/** A short piece of a line. */
export function Swatch({ index }: { index: number }) {
  return (
    <i className={`swatch ${swatchOf(index)}`} style={{ '--c': colourOf(index) } as object} aria-hidden />
  )
}
