/** How minimal the edit is: share kept, edit ratio, changes that can each be restored, and the time on task. */
import { useEffect, useState } from 'react'
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'
import { useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { durationOf } from '../ui/format.ts'
import type { Editing } from './use-editing.ts'

export function Meter({
  editing,
  rejected,
  unit,
  onRestore,
}: {
  editing: Editing
  rejected: string
  /** What is counted: `words`. */
  unit: string
  onRestore: (hunk: TextHunk) => void
}) {
  const { editRatioTarget } = useSettings()
  const { diff, problem } = editing
  if (problem !== null) return <p className="problem">{problem}</p>
  if (diff === null) return <p className="meter"> </p>
  const { keptShare, editRatio, hunkCount } = diff.minimality
  const isHigh = editRatio > editRatioTarget
  return (
    <div className="meter">
      <span className="row wrap num">
        <span>
          kept {Math.round(100 * keptShare)}% of {unit}
        </span>
        <meter
          min={0}
          max={1}
          value={keptShare}
          low={1 - editRatioTarget}
          optimum={1}
          aria-label={`Share of ${unit} kept`}
        />
        <span>
          {hunkCount} {hunkCount === 1 ? 'change' : 'changes'}
        </span>
        <span className={isHigh ? 'problem' : ''}>
          ratio {editRatio.toFixed(2)}
          {isHigh && `, above ${editRatioTarget}: can you keep more of the original?`}
        </span>
        <Seconds of={editing} />
      </span>
      <ul className="hunks" aria-label="Changes">
        {diff.hunks.slice(0, maxShown).map((hunk) => (
          <Change
            key={`${hunk.rejectedStart} ${hunk.editedStart}`}
            deleted={rejected.slice(hunk.rejectedStart, hunk.rejectedEnd)}
            inserted={editing.edited.slice(hunk.editedStart, hunk.editedEnd)}
            onRestore={() => onRestore(hunk)}
          />
        ))}
      </ul>
    </div>
  )
}

const maxShown = 40

function Change({
  deleted,
  inserted,
  onRestore,
}: {
  deleted: string
  inserted: string
  onRestore: () => void
}) {
  const label = deleted === '' ? `Remove “${inserted}”` : `Restore “${deleted}”`
  return (
    <li>
      {deleted && <del className="removed">{deleted}</del>}
      {inserted && <ins className="added">{inserted}</ins>}
      <Button kind="quiet" onClick={onRestore} aria-label={label}>
        {deleted === '' ? 'remove' : 'restore'}
      </Button>
    </li>
  )
}

function Seconds({ of }: { of: Editing }) {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return <span>{durationOf(of.seconds())}</span>
}
