/** A switch, which takes effect at once. */
import { Switch as Base } from '@base-ui/react/switch'
import type { ReactNode } from 'react'
import './choice.css'

export function Switch({
  label,
  isOn,
  onChange,
  isDisabled = false,
}: {
  label: ReactNode
  isOn: boolean
  onChange: (isOn: boolean) => void
  isDisabled?: boolean
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is within
    <label className="switch" data-disabled={isDisabled || undefined}>
      <Base.Root
        className="switch-track"
        checked={isOn}
        onCheckedChange={(checked) => onChange(checked)}
        disabled={isDisabled}
      >
        <Base.Thumb className="switch-thumb" />
      </Base.Root>
      <span>{label}</span>
    </label>
  )
}
