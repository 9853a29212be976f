/** The curves of one or more runs in a grid: the main ones first, with one line to read at, and events on the axis. */
import { type ReactNode, useMemo } from 'react'
import { wordsOfMetric } from '../../electron/contract/metric-words.ts'
import { type MetricKey, metrics } from '../../electron/contract/metrics.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace } from '../app/navigation.ts'
import { rateInterval } from '../charts/interval.ts'
import type { ChartLimit } from '../charts/limits.ts'
import { LineChart, type LineSeries, type XUnit } from '../charts/line-chart.tsx'
import type { ChartMark } from '../charts/marks.ts'
import { NumbersTable } from '../charts/numbers-table.tsx'
import { Button } from '../ui/button.tsx'
import { numberOf } from '../ui/format.ts'
import { type ChartedRun, clockOf, isWarning, markSentence } from './chart-lines.ts'
import { shownPoints } from './outcomes.ts'
import { useChartLook } from './use-chart-look.ts'

/** The first charts, in this order. */
const mainMetrics: string[] = [
  'judge/win_rate',
  'objective/kl',
  'objective/scores',
  'response/length',
  'objective/entropy',
  'loss/value',
  'response/eos_rate',
  'policy/clipfrac',
  'sft/loss',
  'sft/heldout_loss',
  'loss/total',
  'reward/accuracy',
  'reward/heldout_accuracy',
  'reward/margin',
  'reward/kept_mean',
  'reward/token_auroc',
  'dpo/accuracy',
  'dpo/heldout_accuracy',
  'dpo/margin',
  'dpo/logp_chosen',
  'dpo/logp_rejected',
] satisfies MetricKey[]

const maxCharts = 8
/** Of compared runs, before the outcomes. */
const firstCharts = 4

/** A curve with so few points is not smoothed: each of them was measured on many responses. */
const fewPoints = 12

/** Every metric of the runs, the main ones first. */
export function metricKeys(runs: readonly ChartedRun[]): string[] {
  const all = new Set(runs.flatMap(({ series }) => Object.keys(series)).sort())
  return [...new Set([...mainMetrics.filter((key) => all.has(key)), ...all])]
}

/** The loss of SFT is all that its step minimises: one curve under two keys. */
function isRepeated(key: string, all: readonly string[]): boolean {
  return key === 'loss/total' && all.includes('sft/loss')
}

/** @param limits at which the run pauses on its own, by metric */
export function RunCharts({
  runs,
  isWhole = false,
  isCompared = false,
  limits = noLimits,
  children,
}: {
  runs: readonly ChartedRun[]
  /** Whether all curves are shown, not only the main ones. */
  isWhole?: boolean
  /** Whether runs are compared: larger charts, and no bands, which would hide each other. */
  isCompared?: boolean
  limits?: Record<string, readonly ChartLimit[]>
  /** Comes after the first few charts. */
  children?: ReactNode
}) {
  const look = useChartLook()
  const [, change] = usePlace()
  const clocks = useMemo(
    () => runs.map(look.x === 'step' ? () => (step: number) => step : clockOf),
    [runs, look.x],
  )
  const marks = useMemo(() => marksOf(runs, clocks), [runs, clocks])
  const keys = useMemo(() => metricKeys(runs), [runs])
  const extent = useMemo(() => extentOf(runs, clocks), [runs, clocks])
  const shown = isWhole ? keys : keys.filter((key) => !isRepeated(key, keys)).slice(0, maxCharts)
  const every = Math.max(1, ...runs.map((run) => run.every))
  useKeys('Charts', [
    { keys: 't', does: 'values as a table', run: () => change({ table: look.isTable ? undefined : '1' }) },
    ...(look.zoom ? [{ keys: '0', does: 'show all steps', run: () => look.setZoom(null) }] : []),
  ])
  if (keys.length === 0) return <p className="quiet pad">Curves appear after the first step.</p>
  const shared = { runs, clocks, look, marks, extent, limits }
  return (
    <>
      {look.zoom && (
        <p className="charts-note row wrap">
          <span className="num">
            {look.x === 'step' ? 'Steps' : 'Seconds'} {numberOf(look.zoom[0])} to {numberOf(look.zoom[1])}
          </span>
          <Button isSmall keys="0" onClick={() => look.setZoom(null)}>
            Show all
          </Button>
        </p>
      )}
      {look.isTable ? (
        <>
          <ValuesTable metrics={shown} {...shared} />
          {children}
        </>
      ) : (
        <>
          <div className={`chart-grid ${isCompared ? 'few' : ''}`}>
            {(children ? shown.slice(0, firstCharts) : shown).map((key) => (
              <Chart key={key} metric={key} {...shared} />
            ))}
          </div>
          {children}
          {children && shown.length > firstCharts && (
            <div className="chart-grid few">
              {shown.slice(firstCharts).map((key) => (
                <Chart key={key} metric={key} {...shared} />
              ))}
            </div>
          )}
        </>
      )}
      {every > 1 && (
        <p className="help charts-note">
          Older steps are drawn as the smallest and the largest value of every {every}; the newest are drawn
          one by one.
        </p>
      )}
      <MarkList marks={marks} />
    </>
  )
}

const noLimits = {}

/** Where each run's steps are on the x axis. */
type Clocks = readonly ((step: number) => number)[]

interface Shared {
  runs: readonly ChartedRun[]
  clocks: Clocks
  look: ReturnType<typeof useChartLook>
  marks: readonly ChartMark[]
  extent: readonly [from: number, to: number]
  limits: Record<string, readonly ChartLimit[]>
}

function marksOf(runs: readonly ChartedRun[], clocks: Clocks): ChartMark[] {
  return runs.flatMap(({ name, marks }, i) =>
    marks.map((mark) => ({
      x: clocks[i]!(mark.step),
      isWarning: isWarning(mark),
      sentence: markSentence(mark, runs.length > 1 ? name : null),
    })),
  )
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

function curvesOf(metric: string, runs: readonly ChartedRun[], clocks: Clocks): LineSeries[] {
  return runs.flatMap(({ name, series, colour, heldout }, i) => {
    if (!series[metric]?.length) return []
    const points = shownPoints(series, metric).map(([step, value]) => [clocks[i]!(step), value] as const)
    const intervalOf =
      metric === 'judge/win_rate' && heldout > 0 && runs.length === 1
        ? (rate: number) => rateInterval(rate, heldout)
        : undefined
    return [{ name, points, colour: colour ?? i, ...(intervalOf && { intervalOf }) }]
  })
}

function Chart({ metric, runs, clocks, look, marks, extent, limits }: { metric: string } & Shared) {
  const series = useMemo(() => curvesOf(metric, runs, clocks), [metric, runs, clocks])
  const { title, unit, reference = null } = wordsOfMetric(metric)
  const isShort = series.every(({ points }) => points.length <= fewPoints)
  return (
    <LineChart
      title={title}
      unit={unit}
      explanation={<Explanation metric={metric} />}
      series={series}
      smoothing={isShort ? 0 : look.smoothing}
      isLog={look.isLog}
      x={look.x satisfies XUnit}
      marks={marks}
      extent={extent}
      limits={limits[metric] ?? noLines}
      reference={reference}
      zoom={look.zoom}
      onZoom={look.setZoom}
    />
  )
}

const noLines: ChartLimit[] = []

function Explanation({ metric }: { metric: string }): ReactNode {
  const definition = metric in metrics ? metrics[metric as MetricKey] : undefined
  return (
    <>
      <span className="code">{metric}</span>
      {definition && (
        <>
          <br />
          {definition.formula}
          <br />
          {definition.meaning}
        </>
      )}
    </>
  )
}

/** The same values in one table, for reading and for screen readers. */
function ValuesTable({ metrics: keys, runs, clocks, look }: { metrics: readonly string[] } & Shared) {
  const series = keys.flatMap((key) => {
    const { title, unit } = wordsOfMetric(key)
    return curvesOf(key, runs, clocks).map(({ name, points }) => ({
      name: [title, unit && `(${unit})`, runs.length > 1 && name].filter(Boolean).join(' '),
      points,
    }))
  })
  return (
    <div className="charts-table">
      <NumbersTable series={series} x={look.x} />
    </div>
  )
}
