/** The state of a job as a pill with icon and word, and badges for what something is. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'
import './state.css'

/** Which icon and colour a state has; the word is the caller's. */
export type StateKind = 'queued' | 'running' | 'paused' | 'done' | 'stopped' | 'failed'

const stateIcons = {
  queued: 'queued',
  running: 'running',
  paused: 'paused',
  done: 'done',
  stopped: 'stopped',
  failed: 'failed',
} as const satisfies Record<StateKind, IconName>

const stateWords = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  stopped: 'Stopped',
  failed: 'Failed',
} as const satisfies Record<StateKind, string>

export function State({
  kind,
  children,
  isPlain = false,
}: {
  kind: StateKind
  /** Another word than the state's own. */
  children?: ReactNode
  /** Without a background, for dense rows. */
  isPlain?: boolean
}) {
  return (
    <span className={`pill ${kind} ${isPlain ? 'plain' : ''}`}>
      <Icon name={stateIcons[kind]} />
      {children ?? stateWords[kind]}
    </span>
  )
}

/** What something is: `PPO`, `Held out`. */
export function Badge({ icon, children }: { icon?: IconName; children: ReactNode }) {
  return (
    <span className="badge">
      {icon && <Icon name={icon} isSmall />}
      {children}
    </span>
  )
}
