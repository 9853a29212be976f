/** Says what Done, Skip or Flag has changed, and takes the last of them back by a button or a key. */
import { useState } from 'react'
import { useKeys } from '../app/keys.ts'
import type { IconName } from '../ui/icons.tsx'
import { sentenceOf } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'
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

/** @returns a function that is called after each of them */
export function useUndo(takeBack: (finished: Finished) => Promise<void>): (finished: Finished) => void {
  const [last, setLast] = useState<Finished | null>(null)
  const undo = async (finished: Finished) => {
    setLast(null)
    try {
      await takeBack(finished)
      showToast('Undone', { icon: 'undo' })
    } catch (error) {
      showToast(`Not undone: ${sentenceOf(error)}`, { icon: 'warning' })
    }
  }
  const binding = { does: 'Undo Done, Skip or Flag', run: () => last && void undo(last) }
  useKeys('Queue', [
    { keys: 'u', ...binding },
    { keys: 'Alt+u', whileTyping: true, ...binding },
  ])
  return (finished) => {
    setLast(finished)
    const { text, icon } = toasts[finished.state]
    showToast(text, { icon, action: { text: 'Undo', keys: 'Alt+u', run: () => void undo(finished) } })
  }
}
