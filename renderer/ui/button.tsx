/** Buttons: one primary on a screen, secondary beside it, quiet for the rest, danger for what removes. */
import type { ComponentProps, ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import { ariaKeys } from './key-caps.ts'
import { Keys } from './keys.tsx'
import { Tooltip } from './tooltip.tsx'
import './button.css'

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger'

interface ButtonProps extends ComponentProps<'button'> {
  kind?: ButtonKind
  isSmall?: boolean
  icon?: IconName
  /** Its shortcut, shown in the button and told to screen readers. */
  keys?: string
  /** For a button that stays on. */
  isPressed?: boolean
}

export function Button({
  kind = 'secondary',
  isSmall = false,
  icon,
  keys,
  isPressed,
  className = '',
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={isPressed}
      aria-keyshortcuts={keys && ariaKeys(keys)}
      {...rest}
      className={`btn ${kind} ${isSmall ? 'small' : ''} ${className}`}
    >
      {icon && <Icon name={icon} isSmall={isSmall} />}
      {children}
      {keys && <Keys keys={keys} isHidden />}
    </button>
  )
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  icon: IconName
  /** Its name, also shown as a tooltip. */
  label: string
  keys?: string
  kind?: ButtonKind
  isSmall?: boolean
  isPressed?: boolean
  /** Beside the icon, such as a count. */
  children?: ReactNode
}

/** A button with an icon alone: for what is common or repeated in rows. */
export function IconButton({
  icon,
  label,
  keys,
  kind = 'quiet',
  isSmall = false,
  isPressed,
  className = '',
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={isPressed}
        aria-keyshortcuts={keys && ariaKeys(keys)}
        {...rest}
        className={`btn icon ${kind} ${isSmall ? 'small' : ''} ${className}`}
      >
        <Icon name={icon} isSmall={isSmall} />
        {children}
      </button>
    </Tooltip>
  )
}
