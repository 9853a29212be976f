/** A thing on its own, such as a chart, a pair or an estimate. Sections of a form are parted by lines instead. */
import type { ReactNode } from 'react'
import './card.css'

export function Card({
  title,
  actions,
  children,
}: {
  title?: ReactNode
  /** At the end of the head. */
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="card">
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
