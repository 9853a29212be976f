/** How minimal the edit is: the response in miniature, what is kept, removed and added, and the edit ratio. */
import { memo } from 'react'
import { useSettings } from '../app/settings.ts'
import type { Editing } from './use-editing.ts'

/** @param unit what is counted: `words`, or `tokens of base` */
export function Meter({ editing: { diff, problem }, unit }: { editing: Editing; unit: string }) {
  const { editRatioTarget } = useSettings()
  if (problem !== null) return <p className="problem">{problem}</p>
  if (diff === null) return <div className="meter" />
  const { kept, removed, added } = diff.counts
  const { keptShare, editRatio } = diff.minimality
  const isHigh = editRatio > editRatioTarget
  const sentence = `${kept} ${unit} stand, ${removed} removed, ${added} added`
  const scale = Math.min(100, (50 * editRatio) / editRatioTarget)
  return (
    <div className="meter">
      <Strip signs={diff.strip} sentence={sentence} />
      <div className="told num">
        <span className="row">
          <i className="d" />
          <span>
            <b>{Math.round(100 * keptShare)}%</b> {unit === 'words' ? '' : `of ${unit} `}stands
          </span>
        </span>
        <span className="row">
          <i className="x" />
          {removed} removed
        </span>
        <span className="row">
          <i className="v" />
          {added} added
        </span>
        <span className="row">
          {diff.hunks.length} {diff.hunks.length === 1 ? 'change' : 'changes'}
        </span>
        <span className="row">
          edit ratio <b className={isHigh ? 'is-high' : ''}>{editRatio.toFixed(2)}</b>
          <span className={`ratio ${isHigh ? 'is-high' : ''}`} aria-hidden>
            <i style={{ width: `${scale}%` }} />
          </span>
          {isHigh ? (
            <span className="is-high">above {editRatioTarget.toFixed(2)}</span>
          ) : (
            <span className="quiet">aim below {editRatioTarget.toFixed(2)}</span>
          )}
        </span>
      </div>
    </div>
  )
}

const classOf: Record<string, string> = { '.': '', x: 'x', v: 'v' }

const Strip = memo(function Strip({ signs, sentence }: { signs: string; sentence: string }) {
  return (
    <div className="strip" role="img" aria-label={sentence}>
      {[...signs].map((sign, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a sign is its place
        <i key={i} className={classOf[sign]} />
      ))}
    </div>
  )
})
