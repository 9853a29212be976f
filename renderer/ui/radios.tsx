/** A choice among sentences, all in sight: as lines, or as cards where the choice has consequences. */
import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { ReactNode } from 'react'
import { useFieldLabelId } from './field.tsx'
import './choice.css'

export interface RadioOption<Value extends string> {
  value: Value
  text: ReactNode
  help?: ReactNode
  isDisabled?: boolean
}

export function Radios<Value extends string>({
  label,
  options,
  value,
  onChange,
  areCards = false,
}: {
  /** Its name outside of a `Field`. */
  label?: string
  options: readonly RadioOption<Value>[]
  value: Value
  onChange: (value: Value) => void
  areCards?: boolean
}) {
  const labelledBy = useFieldLabelId()
  return (
    <RadioGroup
      className={areCards ? 'radio-cards' : 'radios'}
      aria-label={label}
      aria-labelledby={label === undefined ? labelledBy : undefined}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
    >
      {options.map((option) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the control is within
        <label key={option.value} className="check" data-disabled={option.isDisabled || undefined}>
          <Radio.Root value={option.value} disabled={option.isDisabled} className="check-box radio" />
          <span>
            {option.text}
            {option.help && <span className="help">{option.help}</span>}
          </span>
        </label>
      ))}
    </RadioGroup>
  )
}
