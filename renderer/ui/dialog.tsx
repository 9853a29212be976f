/** Dialogs: one with content, and a question before something is removed. Escape closes them and returns the focus. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { type ReactNode, useRef } from 'react'
import { Button } from './button.tsx'
import { Icon } from './icons.tsx'
import './dialog.css'
import './float.css'

export function Dialog({
  open,
  onClose,
  title,
  wide = false,
  kind = 'plain',
  children,
}: {
  open: boolean
  onClose: () => void
  title: string
  wide?: boolean
  /** A palette brings its own head; its title is for screen readers only. */
  kind?: 'plain' | 'palette'
  children: ReactNode
}) {
  const popup = useRef<HTMLDivElement>(null)
  // Not the close button, whose tooltip would open and take the first Escape.
  const firstControl = () => popup.current?.querySelector<HTMLElement>(controls) ?? true
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup
          ref={popup}
          initialFocus={firstControl}
          className={`float dialog ${wide ? 'wide' : ''} ${kind}`}
        >
          <Base.Title className={kind === 'palette' ? 'unseen' : 'subtitle'}>{title}</Base.Title>
          {children}
          {kind === 'plain' && <CloseButton />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

const controls = ':is(input, select, textarea, button):enabled:not(.dialog-head *, [hidden])'

/** After the content, so that the first field has the focus; without a tooltip, which Escape would close first. */
function CloseButton() {
  return (
    <Base.Close className="btn quiet icon small dialog-close" aria-label="Close dialog" title="Close (Esc)">
      <Icon name="close" isSmall />
    </Base.Close>
  )
}

/** The buttons at the end of a dialog, the primary one last. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="dialog-actions">{children}</div>
}

/** Asks before something is removed. Both buttons say what happens. */
export function Confirm({
  open,
  title,
  sentence,
  action,
  keep = 'Keep',
  onConfirm,
  onClose,
}: {
  open: boolean
  /** The question: `Remove 3 runs?` */
  title: string
  /** What goes with it. */
  sentence: ReactNode
  /** `Remove 3 runs` */
  action: string
  /** `Keep them` */
  keep?: string
  onConfirm: () => void
  onClose: () => void
}) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <p className="second">{sentence}</p>
      <DialogActions>
        <Button onClick={onClose}>{keep}</Button>
        <Button
          kind="danger"
          className="sure"
          onClick={() => {
            onClose()
            onConfirm()
          }}
        >
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
