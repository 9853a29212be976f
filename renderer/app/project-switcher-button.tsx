/** The button of the project switcher: the mark and the name of the project. */
import type { ComponentProps } from 'react'
import { Icon } from '../ui/icons.tsx'
import { Mark } from '../ui/mark.tsx'

export function SwitcherButton({ name, ...rest }: { name: string } & ComponentProps<'button'>) {
  return (
    <button type="button" aria-label={`Project ${name}`} {...rest} className="who">
      <Mark />
      <span className="cut txt">{name}</span>
      <Icon name="upDown" isSmall />
    </button>
  )
}
