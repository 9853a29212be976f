/** The curves of one or more runs in a grid: the telling ones first, all with one crosshair, what happened marked on the axis. */
import { useMemo } from 'react'
import { metrics } from '../../electron/contract/metrics.ts'
import { usePlace } from '../app/navigation.ts'
import { Legend } from '../charts/legend.tsx'
import { LineChart, type XUnit } from '../charts/line-chart.tsx'
import type { ChartMark } from '../charts/marks.ts'
import { Field } from '../ui/kit.tsx'
import { type ChartedRun, clockOf, isWarning, markSentence } from './chart-lines.ts'

const leading = [
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
]

export function RunCharts({ runs }: { runs: ChartedRun[] }) {
  const [place, change] = usePlace()
  const smoothing = Number(place.smooth ?? 0)
  const isLog = place.log === '1'
  const hasTimes = runs.every(({ times }) => times.length > 0)
  const x = place.x === 'time' && hasTimes ? 'seconds' : 'step'
  const clocks = useMemo(() => runs.map(x === 'step' ? () => (step: number) => step : clockOf), [runs, x])
  const marks = useMemo(
    () =>
      runs.flatMap(({ name, marks: own }, i) =>
        own.map((mark) => ({
          x: clocks[i]!(mark.step),
          isWarning: isWarning(mark),
          sentence: markSentence(mark, runs.length > 1 ? name : null),
        })),
      ),
    [runs, clocks],
  )
  const keys = useMemo(() => {
    const all = [...new Set(runs.flatMap(({ series }) => Object.keys(series)))].sort()
    return [...leading.filter((key) => all.includes(key)), ...all.filter((key) => !leading.includes(key))]
  }, [runs])
  const extent = useMemo(() => {
    const ends = runs.flatMap(({ series }, i) =>
      Object.values(series).flatMap((points) =>
        [points[0], points.at(-1)].flatMap((point) => (point ? clocks[i]!(point[0]) : [])),
      ),
    )
    return [Math.min(...ends), Math.max(...ends)] as const
  }, [runs, clocks])
  const every = Math.max(1, ...runs.map((run) => run.every))
  const shown = place.all === '1' ? keys : keys.slice(0, 8)
  if (keys.length === 0) return <p className="quiet">Curves begin with the first step.</p>
  return (
    <>
      <div className="row chart-bar">
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
        <label>
          <input type="checkbox" checked={isLog} onChange={() => change({ log: isLog ? undefined : '1' })} />{' '}
          log axis
        </label>
        {hasTimes && (
          <label>
            <input
              type="checkbox"
              checked={x === 'seconds'}
              onChange={() => change({ x: x === 'seconds' ? undefined : 'time' })}
            />{' '}
            by time
          </label>
        )}
        {keys.length > 8 && (
          <label>
            <input
              type="checkbox"
              checked={place.all === '1'}
              onChange={() => change({ all: place.all === '1' ? undefined : '1' })}
            />{' '}
            all {keys.length} curves
          </label>
        )}
        {runs.length > 1 && <Legend names={runs.map(({ name }) => name)} />}
      </div>
      <div className="chart-grid">
        {shown.map((key) => (
          <Chart key={key} metric={key} {...{ runs, clocks, marks, smoothing, isLog, x, extent }} />
        ))}
      </div>
      {every > 1 && (
        <p className="help">
          Of each {every} steps the least and the greatest value are drawn; the newest are drawn one by one.
        </p>
      )}
      {marks.length > 0 && (
        <ul className="marks help" aria-label="Marks on the axis">
          {marks.map(({ sentence, isWarning: warns }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks are only added
            <li key={i} className={warns ? 'warns' : undefined}>
              {sentence}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Chart({
  metric,
  runs,
  clocks,
  ...look
}: {
  metric: string
  runs: readonly ChartedRun[]
  /** Where each run's steps are on the x axis. */
  clocks: readonly ((step: number) => number)[]
  marks: readonly ChartMark[]
  smoothing: number
  isLog: boolean
  x: XUnit
  extent: readonly [from: number, to: number]
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
