/** Says what Done, Skip or Flag has changed, and takes it back; it stays until it is dismissed or the next one. */
import { useMutation } from '@tanstack/react-query'
import { useKeys } from '../app/keys.ts'
import { Button } from '../ui/button.tsx'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import type { Finished } from './item-editor.tsx'
import type { State } from './session.ts'

const sentences: Record<State, string> = {
  done: 'Marked as done.',
  skipped: 'Skipped.',
  flagged: 'Flagged.',
  draft: 'The flag is removed.',
}

export function FinishedToast({
  finished: { state },
  onUndo,
  onDismiss,
}: {
  finished: Finished
  onUndo: () => Promise<void>
  onDismiss: () => void
}) {
  const undoing = useMutation({ mutationFn: onUndo })
  const undo = () => undoing.mutate()
  useKeys('After Done, Skip or Flag', [
    { keys: 'u', does: 'undo', run: undo },
    { keys: 'Alt+u', does: 'undo', run: undo, whileTyping: true },
  ])
  return (
    <div className="box row spread finished-toast" role="status">
      <span>{sentences[state]}</span>
      <Problem error={undoing.error} />
      <span className="row">
        <Button onClick={undo} disabled={undoing.isPending}>
          Undo <Keys keys="Alt u" />
        </Button>
        <Button kind="quiet" onClick={onDismiss} aria-label="Dismiss">
          ×
        </Button>
      </span>
    </div>
  )
}
