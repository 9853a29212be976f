/** The one bar at the top of a view: where one is, then the view's actions, the primary one last. */
import { Fragment, type ReactNode } from 'react'
import { Icon } from '../ui/icons.tsx'

export interface Crumb {
  text: string
  open: () => void
}

export function Bar({
  title,
  crumbs = [],
  beside,
  children,
}: {
  /** The place itself: the heading of the view. */
  title: string
  /** The places above it, outermost first. */
  crumbs?: readonly Crumb[]
  /** Right after the title: a count, a state, buttons for the place before and after. */
  beside?: ReactNode
  /** The actions. */
  children?: ReactNode
}) {
  return (
    <header className="bar">
      <nav className="crumbs" aria-label="Place">
        {crumbs.map(({ text, open }) => (
          <Fragment key={text}>
            <button type="button" className="crumb" onClick={open}>
              {text}
            </button>
            <Icon name="right" />
          </Fragment>
        ))}
        <h1 className="cut" title={title}>
          {title}
        </h1>
      </nav>
      {beside}
      <div className="bar-end">{children}</div>
    </header>
  )
}
