/** A tooltip: the name of what it is on, and its key. Shown on hover and on keyboard focus. */
import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import { Keys } from './keys.tsx'
import './tooltip.css'

export function Tooltip({
  text,
  keys,
  children,
}: {
  text: ReactNode
  keys?: string
  /** The element that it is on; it must have its name without the tooltip, too. */
  children: ReactElement
}) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="tip-at">
          <Base.Popup className="tip">
            <span>{text}</span>
            {keys && <Keys keys={keys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
