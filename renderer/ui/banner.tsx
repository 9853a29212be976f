/** What needs a person: an error or a warning, with the actions that help. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import './banner.css'

export type BannerKind = 'bad' | 'warn' | 'note'

const bannerIcons = { bad: 'warning', warn: 'warning', note: 'info' } as const satisfies Record<
  BannerKind,
  IconName
>

export function Banner({
  kind,
  icon,
  title,
  children,
  actions,
}: {
  kind: BannerKind
  icon?: IconName
  /** What happened, in a sentence. */
  title: ReactNode
  /** Where, and what to do. */
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className={`banner ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      <Icon name={icon ?? bannerIcons[kind]} />
      <div className="banner-text">
        <p className="strong">{title}</p>
        {children}
      </div>
      {actions && <div className="row wrap">{actions}</div>}
    </div>
  )
}
