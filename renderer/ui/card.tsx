/** A thing on its own, such as a chart, a pair or an estimate. Sections of a form are parted by lines instead. */
import type { ReactNode } from 'react'
import './card.css'

export function Card({
  title,
  actions,
  isWide = false,
  children,
}: {
  title?: ReactNode
  /** At the end of the head. */
  actions?: ReactNode
  /** Whether it takes a whole row of its grid. */
  isWide?: boolean
  children: ReactNode
}) {
  return (
    <section className={`card ${isWide ? 'whole-row' : ''}`}>
      {(title || actions) && (
        <header className="card-head">
          {title && <h2 className="subtitle grow">{title}</h2>}
          {actions}
        </header>
      )}
      <div className="card-body">{children}</div>
    </section>
  )
}
