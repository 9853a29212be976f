/** The state of the annotator's work on an item: an icon and a word. */
import type { IconName } from '../ui/icons.tsx'
import { Badge } from '../ui/state.tsx'
import type { State } from './session.ts'

/** What an item without any work is called. */
export type WorkState = State | 'none'

export const workStates: Record<WorkState, { word: string; icon: IconName }> = {
  none: { word: 'To do', icon: 'toDo' },
  draft: { word: 'Draft', icon: 'draft' },
  done: { word: 'Done', icon: 'done' },
  skipped: { word: 'Skipped', icon: 'skip' },
  flagged: { word: 'Flagged', icon: 'flag' },
}

/** @param state null until the work has begun */
export function StateBadge({ state }: { state: State | null }) {
  const { word, icon } = workStates[state ?? 'none']
  return (
    <Badge icon={icon}>
      <span className="unseen">State: </span>
      {word}
    </Badge>
  )
}
