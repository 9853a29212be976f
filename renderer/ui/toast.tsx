/** Short messages about what was just done, at the bottom; one with an action stays longer. */
import { Toast as Base } from '@base-ui/react/toast'
import { Button, IconButton } from './button.tsx'
import { Icon, type IconName } from './icons.tsx'
import './float.css'
import './toast.css'

interface ToastData {
  icon: IconName
  /** Ends with a button that does this, such as Undo. */
  action?: { text: string; keys?: string; run: () => void }
}

const manager = Base.createToastManager<ToastData>()
/** The toast with an action that is shown now: the next action replaces it. */
let actionable: string | null = null
const shownMs = 5000
const actionShownMs = 20_000

/** Takes away the message whose action is no longer possible, as when its view is left. */
export function closeActionToast(): void {
  if (actionable !== null) manager.close(actionable)
  actionable = null
}

/** @param text what was done: `Copied as Markdown` */
export function showToast(text: string, { icon = 'done', action }: Partial<ToastData> = {}): void {
  closeActionToast()
  const timeout = action ? actionShownMs : shownMs
  const id = manager.add({ title: text, data: { icon, action }, timeout })
  actionable = action ? id : null
}

/** Where toasts appear. Drawn once, in the frame. */
export function Toasts() {
  return (
    <Base.Provider toastManager={manager}>
      <Base.Portal>
        <Base.Viewport className="toasts">
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function ToastList() {
  const { toasts } = Base.useToastManager<ToastData>()
  return toasts.map((toast) => (
    <Base.Root key={toast.id} toast={toast} className="float toast">
      <Icon name={toast.data?.icon ?? 'done'} isSmall />
      <Base.Title className="grow" render={<span />} />
      {toast.data?.action && <ActionButton id={toast.id} action={toast.data.action} />}
      <Base.Close render={<IconButton icon="close" label="Dismiss" isSmall />} />
    </Base.Root>
  ))
}

function ActionButton({ id, action }: { id: string; action: NonNullable<ToastData['action']> }) {
  return (
    <Button
      kind="quiet"
      isSmall
      keys={action.keys}
      onClick={() => {
        manager.close(id)
        action.run()
      }}
    >
      {action.text}
    </Button>
  )
}
