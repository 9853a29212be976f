/** Says what Done, Skip or Flag has changed, and takes the last of them back by a button or a key. */
import { useEffect, useState } from 'react'
import { useKeys } from '../app/keys.ts'
import type { IconName } from '../ui/icons.tsx'
import { sentenceOf } from '../ui/problem.tsx'
import { closeActionToast, showToast } from '../ui/toast.tsx'
import type { State } from './session.ts'

/** What Done, Skip or Flag has just changed. */
export interface Finished {
  item: string
  state: State
  /** The state before; null if the work had not begun. */
  before: State | null
}

const toasts: Record<State, { text: string; icon: IconName }> = {
  done: { text: 'Marked as done', icon: 'done' },
  skipped: { text: 'Skipped', icon: 'skip' },
  flagged: { text: 'Flagged', icon: 'flag' },
  draft: { text: 'The flag is removed', icon: 'flag' },
}

/** A change that is being saved. */
interface Saving {
  finished: Finished
  saved: Promise<void>
}

/** @returns a function that is called with each of them as it begins to be saved: it can be undone from then on */
export function useUndo(
  takeBack: (finished: Finished) => Promise<void>,
): (finished: Finished, saved: Promise<void>) => void {
  const [last, setLast] = useState<Saving | null>(null)
  const undo = async ({ finished, saved }: Saving) => {
    setLast(null)
    try {
      await saved
      await takeBack(finished)
      showToast('Undone', { icon: 'undo' })
    } catch (error) {
      showToast(`Not undone: ${sentenceOf(error)}`, { icon: 'warning' })
    }
  }
  useEffect(() => closeActionToast, [])
  const undoLast = () => (last ? void undo(last) : showToast('There is nothing to undo', { icon: 'info' }))
  const binding = { does: 'Undo Done, Skip or Flag', run: undoLast }
  useKeys('Queue', [
    { keys: 'u', ...binding },
    { keys: 'Alt+u', whileTyping: true, ...binding },
  ])
  return (finished, saved) => {
    const saving = { finished, saved }
    setLast(saving)
    const { text, icon } = toasts[finished.state]
    const action = { text: 'Undo', keys: 'Alt+u', run: () => void undo(saving) }
    saved.then(
      () => showToast(text, { icon, action }),
      () => setLast((newest) => (newest === saving ? null : newest)),
    )
  }
}
