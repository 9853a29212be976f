/** How minimal the edit is, as advice: share kept, edit ratio, changes that can each be put back, time on task. */
import { useEffect, useState } from 'react'
import type { TextHunk } from '../../electron/pipeline/annotate/minimality.ts'
import { useSettings } from '../app/settings.ts'
import { Button, durationOf } from '../ui/kit.tsx'
import type { Editing } from './use-editing.ts'

export function Meter({
  editing,
  rejected,
  unit,
  onPutBack,
}: {
  editing: Editing
  rejected: string
  /** What is counted, as `words`. */
  unit: string
  onPutBack: (hunk: TextHunk) => void
}) {
  const { editRatioTarget } = useSettings()
  const { diff, problem } = editing
  if (problem !== null) return <p className="problem">{problem}</p>
  if (diff === null) return <p className="meter"> </p>
  const { keptShare, editRatio, hunkCount } = diff.minimality
  const isMuch = editRatio > editRatioTarget
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
          aria-label={`Share of ${unit} that stand`}
        />
        <span>
          {hunkCount} {hunkCount === 1 ? 'change' : 'changes'}
        </span>
        <span className={isMuch ? 'problem' : ''}>
          ratio {editRatio.toFixed(2)}
          {isMuch && `, above ${editRatioTarget}: could more of it stand?`}
        </span>
        <Seconds of={editing} />
      </span>
      {diff.hunks.length > 0 && (
        <ul className="hunks" aria-label="Changes">
          {diff.hunks.slice(0, 40).map((hunk) => (
            <li key={`${hunk.rejectedStart} ${hunk.editedStart}`}>
              <del className="removed">{rejected.slice(hunk.rejectedStart, hunk.rejectedEnd)}</del>{' '}
              <Button
                kind="quiet"
                onClick={() => onPutBack(hunk)}
                aria-label={`Put back “${rejected.slice(hunk.rejectedStart, hunk.rejectedEnd) || 'nothing'}”`}
              >
                put back
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
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
