/** Asks before a response is marked as done in which nothing was changed. */
import { useKeys } from '../app/keys.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'

export function AskUnchanged({
  open,
  onConfirm,
  onClose,
}: {
  open: boolean
  onConfirm: () => void
  onClose: () => void
}) {
  const confirm = {
    keys: 'Ctrl+Enter',
    does: 'Mark as done',
    run: onConfirm,
    whileTyping: true,
    inDialog: true,
  }
  useKeys('Nothing is changed', open ? [confirm] : [])
  return (
    <Dialog open={open} onClose={onClose} title="Nothing is changed">
      <p>Is this response good as it is? Marked as done, every word of it counts as kept.</p>
      <DialogActions>
        <Button keys="Escape" onClick={onClose}>
          Keep editing
        </Button>
        <Button kind="primary" keys="Ctrl+Enter" onClick={onConfirm}>
          Mark as done
        </Button>
      </DialogActions>
    </Dialog>
  )
}
