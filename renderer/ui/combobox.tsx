/** A choice from a long list, found by typing a part of it; with `isFree`, any text may be given. */
import { Combobox as Base } from '@base-ui/react/combobox'
import { useState } from 'react'
import { useFieldLabel, useFieldProps } from './field.tsx'
import { Icon } from './icons.tsx'
import type { Option } from './select.tsx'
import './field.css'
import './float.css'
import './menu.css'
import './select.css'

interface ComboboxProps {
  /** Its name outside of a `Field`. */
  label?: string
  options: readonly Option<string>[]
  value: string
  onChange: (value: string) => void
  /** If choosing from the list does something else than typing the same text. */
  onChoose?: (value: string) => void
  placeholder?: string
  /** Whether a text that is not in the list may be given, such as the path of a folder. */
  isFree?: boolean
  isDisabled?: boolean
  isRequired?: boolean
}

interface Item {
  value: string
  label: string
}

export function Combobox({
  label,
  options,
  value,
  onChange,
  onChoose = onChange,
  placeholder,
  isFree = false,
  isDisabled = false,
  isRequired = false,
}: ComboboxProps) {
  const { id, ...described } = useFieldProps()
  const name = useFieldLabel()
  /** Until something is typed, the list shows everything, also beside a text that is not in it. */
  const [isTyped, setTyped] = useState(false)
  const items = options.map((option): Item => ({ value: option.value, label: option.text }))
  const selected = items.find((item) => item.value === value) ?? null
  const free = isFree
    ? {
        inputValue: selected?.label ?? value,
        // When the list closes without a choice, the text would be cleared.
        onInputValueChange: (text: string, { reason }: Base.Root.ChangeEventDetails) => {
          if (reason !== 'input-change') return
          setTyped(true)
          onChange(text)
        },
        onOpenChange: (isOpen: boolean) => !isOpen && setTyped(false),
        filter: isTyped ? undefined : null,
      }
    : {}
  return (
    <Base.Root
      items={items}
      value={selected}
      onValueChange={(item: Item | null) => onChoose(item?.value ?? '')}
      isItemEqualToValue={(a: Item, b: Item) => a.value === b.value}
      disabled={isDisabled}
      required={isRequired}
      autoHighlight={!isFree}
      {...free}
    >
      <Base.InputGroup className="input" data-disabled={isDisabled || undefined}>
        <Base.Input id={id} aria-label={label ?? name} placeholder={placeholder} {...described} />
        <Base.Trigger tabIndex={-1} aria-label="Show the list">
          <Icon name="down" isSmall />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner className="float-at" sideOffset={4}>
          <Base.Popup className={`float menu select-list ${isFree ? 'free' : ''}`}>
            {!isFree && (
              <Base.Empty>
                <p className="menu-head">None found</p>
              </Base.Empty>
            )}
            <Base.List>
              {(item: Item) => (
                <Base.Item key={item.value} value={item} className="item">
                  {item.label}
                  <Base.ItemIndicator className="tick">
                    <Icon name="check" isSmall />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
