/** What one opens a run's page for: how far, how good, how far from the reference, which checkpoint. */
import type { ReactNode } from 'react'
import { wordsOfMetric } from '../../electron/contract/metric-words.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { goTo, useProject } from '../app/navigation.ts'
import { rateInterval } from '../charts/interval.ts'
import { Button } from '../ui/button.tsx'
import { durationOf, numberOf } from '../ui/format.ts'
import { ProgressRule } from '../ui/progress.tsx'
import { State } from '../ui/state.tsx'
import {
  bestOf,
  heldoutMetrics,
  lastOf,
  leadingMetric,
  limitsOf,
  nextJudging,
  shownPoints,
  totalSteps,
  trendOf,
} from './outcomes.ts'
import { stageOf, stateOf } from './run-words.ts'
import type { LiveRun } from './use-run.ts'
import { useSeconds } from './use-seconds.ts'

export function StateBand({
  record,
  live,
  onBranch,
}: {
  record: RunRecord
  live: LiveRun
  onBranch: () => void
}) {
  return (
    <section className="state-band" aria-label="State">
      <HowFar record={record} live={live} />
      <HowGood record={record} live={live} />
      <HowFarFromReference record={record} live={live} />
      <Trend record={record} live={live} />
      <BestCheckpoint record={record} live={live} onBranch={onBranch} />
    </section>
  )
}

interface Part {
  record: RunRecord
  live: LiveRun
}

function HowFar({ record, live }: Part) {
  const { work, series, times } = live
  const step = Math.max(0, ...Object.values(series).map((points) => points.at(-1)?.[0] ?? 0))
  const isStepping = work?.progress?.phase === 'step'
  const total = isStepping ? work.progress!.total : totalSteps(record)
  const worked = times.reduce((sum, [, seconds]) => sum + seconds, 0)
  const of = total === null || record.state === 'done' ? '' : ` of ${total.toLocaleString('en')}`
  return (
    <div className="how-far" role="status">
      <span className="row wrap">
        <State kind={stateOf(record, work)} />
        <span className="second num">
          step {step.toLocaleString('en')}
          {of}
        </span>
      </span>
      {total !== null && <ProgressRule label="Steps" done={step} total={total} />}
      {work && !isStepping ? (
        <Stage work={work} />
      ) : (
        <span className="quiet num">
          {work ? timeLeft(record, work, step) : worked > 0 && `${durationOf(worked)} in all`}
        </span>
      )}
    </div>
  )
}

function timeLeft(record: RunRecord, { secondsLeft }: WorkRecord, step: number): string {
  const next = nextJudging(record, step)
  const left = secondsLeft === null ? null : `${durationOf(secondsLeft)} left`
  return [left, next && `next judging at step ${next}`].filter(Boolean).join(' · ')
}

/** What happens before the first step, with the seconds it has taken so far. */
export function Stage({ work }: { work: WorkRecord }) {
  const seconds = useSeconds(work.state === 'running' ? work.startedAt : null)
  return (
    <span className="quiet num">
      {stageOf(work)}
      {seconds !== null && ` · ${durationOf(seconds)} so far`}
    </span>
  )
}

function Figure({
  label,
  value,
  beside,
  children,
}: {
  label: string
  value: string
  beside?: ReactNode
  children?: ReactNode
}) {
  return (
    <div>
      <span className="label">{label}</span>
      <span className="fig">
        {value}
        {beside && <small>{beside}</small>}
      </span>
      {children}
    </div>
  )
}

function HowGood({ record, live: { series, heldout } }: Part) {
  const metric = leadingMetric(record, series)
  // The trend beside it shows the same until something was held out.
  if (metric === trendMetrics[record.kind]) return <NotMeasured record={record} />
  const value = lastOf(series, metric)
  const { title, unit } = wordsOfMetric(metric)
  if (metric !== 'judge/win_rate') {
    const isPercent = unit.startsWith('%')
    return (
      <Figure
        label={title}
        value={value === null ? '–' : isPercent ? `${value.toFixed(1)}%` : numberOf(value)}
        beside={isPercent ? undefined : unit}
      />
    )
  }
  const interval = rateInterval(value!, heldout)
  const range = interval?.map((edge) => edge.toFixed(1)).join(' to ')
  return (
    <Figure label="Win rate against reference" value={`${value!.toFixed(1)}%`} beside={range}>
      {interval && <RateRule value={value!} interval={interval} />}
    </Figure>
  )
}

function NotMeasured({ record: { kind, state } }: Pick<Part, 'record'>) {
  const { title } = wordsOfMetric(heldoutMetrics[kind])
  if (kind === 'ppo')
    return (
      <Figure label={title} value="–">
        <span className="quiet">No judge has compared it yet</span>
      </Figure>
    )
  return <Figure label={title} value="–" beside={state === 'done' ? 'not measured' : 'measured at the end'} />
}

/** Percent on either side of one half that the rule shows at least. */
const leastReach = 20

/** A rate and its interval on a rule around one half, which is dotted. The words beside it say the same. */
function RateRule({ value, interval: [low, high] }: { value: number; interval: [number, number] }) {
  const reach = Math.max(leastReach, 50 - low, high - 50)
  const place = (percent: number) => 50 + (50 * (percent - 50)) / reach
  return (
    <span className="rate-rule" aria-hidden>
      <i className="rate-span" style={{ left: `${place(low)}%`, width: `${place(high) - place(low)}%` }} />
      <i className="rate-dot" style={{ left: `${place(value)}%` }} />
    </span>
  )
}

function klWhen({ kind, state }: RunRecord): string {
  if (state === 'done') return 'not measured'
  return kind === 'ppo' ? 'from the first step on' : 'measured at the end'
}

function HowFarFromReference({ record, live: { series } }: Part) {
  const kl = lastOf(series, 'objective/kl') ?? lastOf(series, 'objective/heldout_kl')
  if (kl === null)
    return record.kind === 'reward' ? (
      <HeldoutTokens series={series} />
    ) : (
      <Figure label="KL to the reference" value="–" beside={klWhen(record)} />
    )
  const limit = limitsOf(record, series)['objective/kl']?.[0]?.value
  return (
    <Figure
      label="KL to the reference"
      value={kl.toFixed(kl < 10 ? 2 : 1)}
      beside={limit === undefined ? 'nats' : `of ${numberOf(limit)} nats`}
    >
      {limit !== undefined && (
        <span className="limit-rule" aria-hidden>
          <i style={{ width: `${Math.min(100, Math.max(0, (100 * kl) / limit))}%` }} />
        </span>
      )}
    </Figure>
  )
}

function HeldoutTokens({ series }: Pick<LiveRun, 'series'>) {
  const auroc = lastOf(series, 'reward/token_auroc')
  return (
    <Figure
      label="Tokens ranked, held out"
      value={numberOf(auroc)}
      beside={auroc === null ? 'measured at the end' : 'AUROC'}
    />
  )
}

const trendMetrics = { sft: 'sft/loss', reward: 'loss/total', ppo: 'objective/scores', dpo: 'dpo/margin' }

function Trend({ record, live: { series } }: Part) {
  const metric = trendMetrics[record.kind]
  const points = shownPoints(series, metric)
  const [first, last] = [points[0]?.[1], points.at(-1)?.[1]]
  const isSigned = record.kind === 'ppo' || record.kind === 'dpo'
  const sign = isSigned && last !== undefined && last > 0 ? '+' : ''
  return (
    <Figure
      label={wordsOfMetric(metric).title}
      value={`${sign}${numberOf(last)}`}
      beside={points.length > 1 && `from ${numberOf(first)}`}
    >
      <span className="quiet num">{trendOf(points)}</span>
    </Figure>
  )
}

function BestCheckpoint({ record, live: { series }, onBranch }: Part & { onBranch: () => void }) {
  const project = useProject()
  const best = bestOf(series)
  const isDone = record.state === 'done'
  if (!best && isDone)
    return (
      <Figure label="Model" value={record.config.modelName ?? record.name}>
        {record.kind !== 'reward' && <ChatLink project={project} />}
      </Figure>
    )
  return (
    <Figure
      label="Best checkpoint"
      value={best ? String(best.step) : '–'}
      beside={best ? 'by win rate' : record.kind === 'ppo' ? 'no judge yet' : 'not measured'}
    >
      {isDone ? (
        <ChatLink project={project} />
      ) : (
        best && (
          <Button kind="quiet" isSmall className="band-link" onClick={onBranch}>
            Branch from it
          </Button>
        )
      )}
    </Figure>
  )
}

function ChatLink({ project }: { project: string }) {
  return (
    <Button kind="quiet" isSmall className="band-link" onClick={() => goTo(project, 'models', { chat: '1' })}>
      Chat with it
    </Button>
  )
}
