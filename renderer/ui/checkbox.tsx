/** A checkbox with its words: it waits for a button, where a `Switch` takes effect at once. */
import { Checkbox as Base } from '@base-ui/react/checkbox'
import type { ReactNode } from 'react'
import { Icon } from './icons.tsx'
import './choice.css'

export function Checkbox({
  label,
  isLabelHidden = false,
  isChecked,
  isMixed = false,
  onChange,
  isDisabled = false,
}: {
  label: ReactNode
  /** In a row whose words are beside it. */
  isLabelHidden?: boolean
  isChecked: boolean
  /** Some, but not all. */
  isMixed?: boolean
  onChange: (isChecked: boolean) => void
  isDisabled?: boolean
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is within
    <label className="check" data-disabled={isDisabled || undefined}>
      <Base.Root
        className="check-box"
        checked={isChecked}
        indeterminate={isMixed}
        onCheckedChange={(checked) => onChange(checked)}
        disabled={isDisabled}
      >
        <Base.Indicator>
          <Icon name={isMixed ? 'minus' : 'check'} isSmall />
        </Base.Indicator>
      </Base.Root>
      <span className={isLabelHidden ? 'unseen' : undefined}>{label}</span>
    </label>
  )
}
