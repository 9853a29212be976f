/** What an empty view will show later, and the first step towards it. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import './empty.css'

export function Empty({
  title,
  icon,
  action,
  children,
}: {
  title: string
  icon?: IconName
  /** The first step: a primary button. */
  action?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="empty">
      {icon && <Icon name={icon} />}
      <h2>{title}</h2>
      {children}
      {action}
    </div>
  )
}
