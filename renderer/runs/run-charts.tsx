/** The curves of one or more runs in a grid: the main ones first, with one crosshair, and events marked on the axis. */
import { type ReactNode, useMemo } from 'react'
import { metrics } from '../../electron/contract/metrics.ts'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import { usePlace } from '../app/navigation.ts'
import { Legend } from '../charts/legend.tsx'
import { LineChart, type XUnit } from '../charts/line-chart.tsx'
import type { ChartMark } from '../charts/marks.ts'
import { Field } from '../ui/field.tsx'
import { type ChartedRun, clockOf, isWarning, markSentence } from './chart-lines.ts'

/** The first charts, in this order. */
const mainMetrics: string[] = [
  'objective/scores',
  'judge/win_rate',
  'objective/kl',
  'response/length',
  'objective/entropy',
  'response/eos_rate',
  'loss/policy',
  'loss/value',
  'sft/loss',
  'reward/loss',
  'reward/accuracy',
  ...Object.values(runKinds).map(({ leadingMetric }) => leadingMetric),
]

/** Charts that are shown unless all are asked for. */
const maxCharts = 8

/** What all charts of the grid have in common. */
interface Look {
  smoothing: number
  isLog: boolean
  x: XUnit
  marks: readonly ChartMark[]
  extent: readonly [from: number, to: number]
}

export function RunCharts({ runs }: { runs: ChartedRun[] }) {
  const [place] = usePlace()
  const hasTimes = runs.every(({ times }) => times.length > 0)
  const x = place.x === 'time' && hasTimes ? 'seconds' : 'step'
  const clocks = useMemo(() => runs.map(x === 'step' ? () => (step: number) => step : clockOf), [runs, x])
  const marks = useMemo(() => marksOf(runs, clocks), [runs, clocks])
  const keys = useMemo(() => metricKeys(runs), [runs])
  const extent = useMemo(() => extentOf(runs, clocks), [runs, clocks])
  const look = { smoothing: Number(place.smooth ?? 0), isLog: place.log === '1', x, marks, extent } as const
  const shown = place.all === '1' ? keys : keys.slice(0, maxCharts)
  const every = Math.max(1, ...runs.map((run) => run.every))
  if (keys.length === 0) return <p className="quiet">Curves appear after the first step.</p>
  return (
    <>
      <ChartBar look={look} hasTimes={hasTimes} charts={keys.length}>
        {runs.length > 1 && <Legend names={runs.map(({ name }) => name)} />}
      </ChartBar>
      <div className="chart-grid">
        {shown.map((key) => (
          <Chart key={key} metric={key} runs={runs} clocks={clocks} look={look} />
        ))}
      </div>
      {every > 1 && (
        <p className="help">
          Older steps are drawn as the smallest and the largest value of every {every}; the newest are drawn
          one by one.
        </p>
      )}
      <MarkList marks={marks} />
    </>
  )
}

/** Where each run's steps are on the x axis. */
type Clocks = readonly ((step: number) => number)[]

function marksOf(runs: readonly ChartedRun[], clocks: Clocks): ChartMark[] {
  return runs.flatMap(({ name, marks }, i) =>
    marks.map((mark) => ({
      x: clocks[i]!(mark.step),
      isWarning: isWarning(mark),
      sentence: markSentence(mark, runs.length > 1 ? name : null),
    })),
  )
}

/** Every metric of the runs, the main ones first. */
function metricKeys(runs: readonly ChartedRun[]): string[] {
  const all = new Set(runs.flatMap(({ series }) => Object.keys(series)).sort())
  return [...new Set([...mainMetrics.filter((key) => all.has(key)), ...all])]
}

/** The first and the last x of all curves, so that all charts have the same axis. */
function extentOf(runs: readonly ChartedRun[], clocks: Clocks): readonly [from: number, to: number] {
  const ends = runs.flatMap(({ series }, i) =>
    Object.values(series).flatMap((points) =>
      [points[0], points.at(-1)].flatMap((point) => (point ? clocks[i]!(point[0]) : [])),
    ),
  )
  return [Math.min(...ends), Math.max(...ends)]
}

function ChartBar({
  look: { smoothing, isLog, x },
  hasTimes,
  charts,
  children,
}: {
  look: Look
  hasTimes: boolean
  charts: number
  children: ReactNode
}) {
  const [place, change] = usePlace()
  return (
    <div className="row wrap chart-bar">
      <Field label={`Smoothing ${smoothing}`}>
        <input
          type="range"
          min={0}
          max={0.95}
          step={0.05}
          value={smoothing}
          onChange={({ target }) => change({ smooth: target.value }, { replace: true })}
        />
      </Field>
      <Check label="log axis" isOn={isLog} onChange={(isOn) => change({ log: isOn ? '1' : undefined })} />
      {hasTimes && (
        <Check
          label="by time"
          isOn={x === 'seconds'}
          onChange={(isOn) => change({ x: isOn ? 'time' : undefined })}
        />
      )}
      {charts > maxCharts && (
        <Check
          label={`all ${charts} curves`}
          isOn={place.all === '1'}
          onChange={(isOn) => change({ all: isOn ? '1' : undefined })}
        />
      )}
      {children}
    </div>
  )
}

function Check({
  label,
  isOn,
  onChange,
}: {
  label: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}) {
  return (
    <label>
      <input type="checkbox" checked={isOn} onChange={({ target }) => onChange(target.checked)} /> {label}
    </label>
  )
}

function MarkList({ marks }: { marks: readonly ChartMark[] }) {
  if (marks.length === 0) return null
  return (
    <ul className="marks help" aria-label="Marks on the axis">
      {marks.map(({ sentence, isWarning: warns }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: marks are only appended
        <li key={i} className={warns ? 'warns' : undefined}>
          {sentence}
        </li>
      ))}
    </ul>
  )
}

function Chart({
  metric,
  runs,
  clocks,
  look,
}: {
  metric: string
  runs: readonly ChartedRun[]
  clocks: Clocks
  look: Look
}) {
  const series = useMemo(
    () =>
      runs.map(({ name, series: all }, i) => ({
        name,
        points: (all[metric] ?? []).map(([step, value]) => [clocks[i]!(step), value] as const),
      })),
    [runs, clocks, metric],
  )
  const meaning = metric in metrics ? metrics[metric as keyof typeof metrics].meaning : undefined
  return (
    <div title={meaning}>
      <LineChart title={metric} series={series} {...look} />
    </div>
  )
}
