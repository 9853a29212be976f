/** What one sees first: the idea in a sentence, the four steps on one line of text, and three ways to begin. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useRef } from 'react'
import { host } from '../app/connection.ts'
import { changeSettings, useSettings } from '../app/settings.ts'
import { Button } from '../ui/button.tsx'
import { bytesOf } from '../ui/format.ts'
import { heatOf } from '../ui/heat.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import { Wordmark } from '../ui/mark.tsx'
import { Problem } from '../ui/problem.tsx'
import '../ui/token-heat.css'
import { FileInput, useOwnData } from './own-data.tsx'
import { useSample } from './use-projects.ts'

export function Welcome({ onOpen }: { onOpen: (dialog: 'new' | 'open') => void }) {
  const sample = useSample()
  const own = useOwnData()
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="welcome">
      <div className="welcome-in">
        <Wordmark />
        <h1>Teach a language model by changing as little as you can.</h1>
        <p className="lead">
          Mark what is wrong in a response and leave the rest. What you leave stands: Stet learns from both.
        </p>
        <Steps />
        <Problem error={sample.error ?? own.error} />
        <div className="ways">
          <Way
            icon="running"
            title={sample.isPending ? 'Creating the sample project…' : 'Open the sample project'}
            isFirst
            isBusy={sample.isPending}
            onClick={() => sample.mutate()}
          >
            A small dataset, already edited, and a tour through every step. Its three trainings take a few
            minutes.
          </Way>
          <Way
            icon="import"
            title="Start with your own data"
            isBusy={own.isPending}
            onClick={() => input.current?.click()}
          >
            JSONL, CSV or Parquet files with prompts and responses.
          </Way>
          <Way icon="folder" title="Open a project folder" onClick={() => onOpen('open')}>
            One that you or a colleague made. Its name ends in .stet.
          </Way>
        </div>
        <FileInput input={input} onFiles={own.mutate} />
        <Foot onNew={() => onOpen('new')} />
      </div>
    </div>
  )
}

function Way({
  icon,
  title,
  isFirst = false,
  isBusy = false,
  onClick,
  children,
}: {
  icon: IconName
  title: string
  isFirst?: boolean
  isBusy?: boolean
  onClick: () => void
  children: ReactNode
}) {
  return (
    <button type="button" className={`way ${isFirst ? 'first' : ''}`} disabled={isBusy} onClick={onClick}>
      <span className="row">
        <Icon name={icon} />
        <b>{title}</b>
      </span>
      <span>{children}</span>
    </button>
  )
}

/** One line of text on its way from an edit to a win rate. */
function Steps() {
  return (
    <ol className="welcome-steps">
      <li>
        <span className="label">1 · Edit</span>
        <p className="proof">
          It will arrive on <del>12</del>
          <ins>14</ins> March<del>, or a neighbour may have it</del>.
        </p>
      </li>
      <li>
        <span className="label">2 · Learn a reward at each token</span>
        <p className="code token-line">
          {rewards.map(([text, value], i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the line never changes
            <span key={i} className={heatOf(value, 1)}>
              {text}
            </span>
          ))}
        </p>
      </li>
      <li>
        <span className="label">3 · Train with it</span>
        <svg viewBox="0 0 216 60" className="step-curve" role="img" aria-label="A reward that rises">
          <polyline points="0,50 12,45 22,38 34,36 44,33 56,31 68,25 80,23 90,20 104,20 118,19 136,18 150,13 164,13 182,16 196,12 216,13" />
          <line x1="0" x2="216" y1="58" y2="58" />
        </svg>
      </li>
      <li>
        <span className="label">4 · Judge blind</span>
        <svg viewBox="0 0 216 34" className="step-interval" role="img" aria-label="Above one half">
          <line className="axis" x1="0" x2="216" y1="17" y2="17" />
          <line className="half" x1="54" x2="54" y1="2" y2="32" />
          <line className="span" x1="108" x2="150" y1="17" y2="17" />
          <circle cx="129" cy="17" r="4.5" />
        </svg>
        <span className="second num">64% of pairs won</span>
      </li>
    </ol>
  )
}

/** Each stretch with its reward; null has no tint. */
const rewards: [text: string, reward: number | null][] = [
  ['It will arrive on ', null],
  ['14', 1],
  [' ', null],
  ['March', 0.6],
  ['. ', null],
  ['A', -0.3],
  [' ', null],
  ['neighbour', -1],
  [' ', null],
  ['may', -0.6],
  [' have ', null],
  ['it', -0.3],
  ['.', null],
]

function Foot({ onNew }: { onNew: () => void }) {
  const { annotator } = useSettings()
  const { data: machine } = useQuery({ queryKey: ['machine', null], queryFn: () => host.machine.now({}) })
  return (
    <div className="row wrap between">
      <label className="row wrap">
        Your name, for edits and verdicts
        <span className="input welcome-name">
          <input
            value={annotator}
            onChange={({ target }) => target.value.trim() && changeSettings({ annotator: target.value })}
          />
        </span>
      </label>
      <Button kind="quiet" icon="add" keys="n" onClick={onNew}>
        New empty project…
      </Button>
      {machine && (
        <span className="quiet row num">
          <Icon name="check" isSmall />
          {machine.runtime} is ready, {bytesOf(machine.memory.totalBytes)} memory
        </span>
      )}
    </div>
  )
}
