/** A choice among two to five short words that are all in sight; more are a `Select`. */
import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { Icon, type IconName } from './icons.tsx'
import './segmented.css'

export interface Segment<Value extends string> {
  value: Value
  text: string
  icon?: IconName
}

export function Segmented<Value extends string>({
  label,
  segments,
  value,
  onChange,
  isDisabled = false,
}: {
  label: string
  segments: readonly Segment<Value>[]
  value: Value
  onChange: (value: Value) => void
  isDisabled?: boolean
}) {
  return (
    <RadioGroup
      className="seg"
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
      disabled={isDisabled}
    >
      {segments.map((segment) => (
        <Radio.Root key={segment.value} value={segment.value} className="seg-part">
          {segment.icon && <Icon name={segment.icon} isSmall />}
          {segment.text}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
