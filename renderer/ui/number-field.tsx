/** A number with its unit and steppers: the arrow keys change it, Shift by ten steps, Alt by a tenth. */
import { NumberField as Base } from '@base-ui/react/number-field'
import { useFieldProps } from './field.tsx'
import { Icon } from './icons.tsx'
import './field.css'

export function NumberField({
  label,
  value,
  onChange,
  unit,
  min,
  max,
  step = 1,
  isDisabled = false,
}: {
  /** Its name outside of a `Field`. */
  label?: string
  value: number | null
  onChange: (value: number | null) => void
  unit?: string
  min?: number
  max?: number
  step?: number
  isDisabled?: boolean
}) {
  const { id, ...described } = useFieldProps()
  return (
    <Base.Root
      id={id}
      value={value}
      onValueChange={onChange}
      min={min}
      max={max}
      step={step}
      disabled={isDisabled}
      format={{ maximumFractionDigits: 12, useGrouping: false }}
      locale="en"
    >
      <Base.Group className="input number" data-disabled={isDisabled || undefined}>
        <Base.Input aria-label={label} {...described} />
        {unit && <span className="unit">{unit}</span>}
        <span className="steps">
          <Base.Increment tabIndex={-1} aria-label="More">
            <Icon name="up" />
          </Base.Increment>
          <Base.Decrement tabIndex={-1} aria-label="Less">
            <Icon name="down" />
          </Base.Decrement>
        </span>
      </Base.Group>
    </Base.Root>
  )
}
