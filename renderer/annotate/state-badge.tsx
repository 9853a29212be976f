/** The state of the annotator's work on an item, in a word. */
import type { State } from './session.ts'

const stateWords: Record<State, string> = {
  draft: 'Draft',
  done: 'Done',
  skipped: 'Skipped',
  flagged: 'Flagged',
}

/** @param state null until the work has begun */
export function StateBadge({ state }: { state: State | null }) {
  return (
    <p className="quiet item-state">
      <span className="unseen">State: </span>
      {state === null ? 'To do' : stateWords[state]}
    </p>
  )
}
