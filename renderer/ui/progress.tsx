/** Progress, always with its numbers and, if known, the time left: the solid rule is done, the dotted rule is left. */
import { durationOf } from './format.ts'
import './progress.css'

/** The rule alone, where the numbers are beside it already. */
export function ProgressRule({ label, done, total }: { label: string; done: number; total: number }) {
  const percent = total > 0 ? Math.min(100, (100 * done) / total) : 0
  return (
    <span
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${percent}%` }} />
    </span>
  )
}

export function Progress({
  done,
  total,
  label,
  secondsLeft,
}: {
  done: number
  total: number
  label: string
  secondsLeft?: number | null
}) {
  return (
    <div className="progress-line">
      <span className="row between num">
        <span>
          {label} {done.toLocaleString('en')} of {total.toLocaleString('en')}
        </span>
        {typeof secondsLeft === 'number' && <span className="quiet">{durationOf(secondsLeft)} left</span>}
      </span>
      <ProgressRule label={label} done={done} total={total} />
    </div>
  )
}
