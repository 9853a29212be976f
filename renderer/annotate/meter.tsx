/** How minimal the edit is: share kept, edit ratio, changes that can each be restored, and the time on task. */
import { useEffect, useState } from 'react'
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'
import { useSettings } from '../app/settings.ts'
import { Button, durationOf } from '../ui/kit.tsx'
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
      <span className="row numbers">
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
      {diff.hunks.length > 0 && <Changes hunks={diff.hunks} rejected={rejected} onRestore={onRestore} />}
    </div>
  )
}

const maxShown = 40

function Changes({
  hunks,
  rejected,
  onRestore,
}: {
  hunks: readonly TextHunk[]
  rejected: string
  onRestore: (hunk: TextHunk) => void
}) {
  return (
    <ul className="hunks" aria-label="Changes">
      {hunks.slice(0, maxShown).map((hunk) => {
        const deleted = rejected.slice(hunk.rejectedStart, hunk.rejectedEnd)
        const label = deleted === '' ? 'Remove the inserted text' : `Restore “${deleted}”`
        return (
          <li key={`${hunk.rejectedStart} ${hunk.editedStart}`}>
            <del className="removed">{deleted}</del>{' '}
            <Button kind="quiet" onClick={() => onRestore(hunk)} aria-label={label}>
              restore
            </Button>
          </li>
        )
      })}
    </ul>
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
