/** A slider for a value whose exact number matters little; the number is shown beside it all the same. */
import { Slider as Base } from '@base-ui/react/slider'
import './choice.css'

export function Slider({
  label,
  value,
  onChange,
  min = 0,
  max,
  step = 1,
  format = String,
}: {
  label: string
  value: number
  onChange: (value: number) => void
  min?: number
  max: number
  step?: number
  /** The number with its unit. */
  format?: (value: number) => string
}) {
  return (
    <Base.Root
      className="slider"
      value={value}
      onValueChange={(next) => onChange(next)}
      min={min}
      max={max}
      step={step}
    >
      <Base.Control className="slider-control">
        <Base.Track className="slider-track">
          <Base.Indicator className="slider-part" />
          <Base.Thumb aria-label={label} getAriaValueText={(_, at) => format(at)} className="slider-thumb" />
        </Base.Track>
      </Base.Control>
      <span className="slider-value num">{format(value)}</span>
    </Base.Root>
  )
}
