/** A choice from a list that opens. Two to five short words are a `Segmented`; a long list to search is a `Combobox`. */
import { Select as Base } from '@base-ui/react/select'
import { useFieldProps } from './field.tsx'
import { Icon, type IconName } from './icons.tsx'
import './field.css'
import './float.css'
import './menu.css'
import './select.css'

export interface Option<Value extends string> {
  value: Value
  text: string
  /** One more sentence below it. */
  help?: string
  icon?: IconName
  isDisabled?: boolean
}

interface SelectProps<Value extends string> {
  /** Its name outside of a `Field`. */
  label?: string
  options: readonly Option<Value>[]
  value: Value
  onChange: (value: Value) => void
  /** Without an edge, for bars. */
  isBare?: boolean
  isDisabled?: boolean
  placeholder?: string
}

export function Select<Value extends string>({
  label,
  options,
  value,
  onChange,
  isBare = false,
  isDisabled = false,
  placeholder,
}: SelectProps<Value>) {
  const fieldProps = useFieldProps()
  const items = options.map((option) => ({ value: option.value, label: option.text }))
  return (
    <Base.Root
      items={items}
      value={value}
      onValueChange={(next) => next !== null && onChange(next as Value)}
      disabled={isDisabled}
    >
      <Base.Trigger
        {...fieldProps}
        aria-label={label}
        className={`input select ${isBare ? 'bare' : ''}`}
        data-disabled={isDisabled || undefined}
      >
        <Base.Value className="cut" placeholder={placeholder} />
        <Base.Icon>
          <Icon name="down" isSmall />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="float-at" sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className="float menu select-list">
            <Base.List>
              {options.map((option) => (
                <OptionItem key={option.value} option={option} />
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function OptionItem<Value extends string>({ option }: { option: Option<Value> }) {
  return (
    <Base.Item value={option.value} disabled={option.isDisabled} className="item">
      {option.icon && <Icon name={option.icon} isSmall />}
      <span>
        <Base.ItemText>{option.text}</Base.ItemText>
        {option.help && <span className="item-help">{option.help}</span>}
      </span>
      <Base.ItemIndicator className="tick">
        <Icon name="check" isSmall />
      </Base.ItemIndicator>
    </Base.Item>
  )
}
