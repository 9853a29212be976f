/** Above the sheet: what it is, the state of the work, and the time spent on it. */
import { useEffect, useState } from 'react'
import { Keys } from '../ui/keys.tsx'
import { StateBadge } from './state-badge.tsx'
import type { Editing } from './use-editing.ts'

export function ProofHead({ editing }: { editing: Editing }) {
  return (
    <div className="row between wrap">
      <span className="row">
        <h2 className="label">Response to edit</h2>
        <Seconds of={editing} />
        <StateBadge state={editing.state} />
      </span>
      <span className="row quiet hide-narrow an-hint">
        <Keys keys="Alt+ArrowUp" />
        <Keys keys="ArrowDown" /> to the next change
      </span>
    </div>
  )
}

/** `1 min 12 s` */
export function minutesAndSeconds(seconds: number): string {
  const whole = Math.floor(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

function Seconds({ of }: { of: Editing }) {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return <span className="quiet num an-hint">{minutesAndSeconds(of.seconds())}</span>
}
