/** A small panel that opens from a button, for facts or a few controls. */
import { Popover as Base } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import './float.css'
import './popover.css'

export function Popover({
  trigger,
  title,
  children,
  align = 'start',
}: {
  /** A `Button` or an `IconButton`. */
  trigger: ReactElement
  title: string
  children: ReactNode
  align?: 'start' | 'end'
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="float-at" sideOffset={4} align={align}>
          <Base.Popup className="float popover">
            <Base.Title className="label">{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
