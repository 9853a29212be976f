/** The curves of one or more runs in a grid: the telling ones first, all with one crosshair. */
import { useMemo } from 'react'
import { metrics } from '../../electron/contract/metrics.ts'
import type { Series } from '../../electron/contract/page/runs.ts'
import { usePlace } from '../app/place.ts'
import { colourOf } from '../charts/colours.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { Field } from '../ui/kit.tsx'

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

export function RunCharts({ runs }: { runs: { name: string; series: Series }[] }) {
  const [place, change] = usePlace()
  const smoothing = Number(place.smooth ?? 0)
  const isLog = place.log === '1'
  const keys = useMemo(() => {
    const all = [...new Set(runs.flatMap(({ series }) => Object.keys(series)))].sort()
    return [...leading.filter((key) => all.includes(key)), ...all.filter((key) => !leading.includes(key))]
  }, [runs])
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
        {runs.length > 1 &&
          runs.map(({ name }, i) => (
            <span key={name} className="row">
              <i className="swatch" style={{ background: colourOf(i) }} /> {name}
            </span>
          ))}
      </div>
      <div className="chart-grid">
        {shown.map((key) => (
          <Chart key={key} metric={key} runs={runs} smoothing={smoothing} isLog={isLog} />
        ))}
      </div>
    </>
  )
}

function Chart({
  metric,
  runs,
  smoothing,
  isLog,
}: {
  metric: string
  runs: { name: string; series: Series }[]
  smoothing: number
  isLog: boolean
}) {
  const series = useMemo(
    () => runs.map(({ name, series: all }) => ({ name, points: all[metric] ?? [] })),
    [runs, metric],
  )
  const meaning = metric in metrics ? metrics[metric as keyof typeof metrics].meaning : undefined
  return (
    <div title={meaning}>
      <LineChart title={metric} series={series} smoothing={smoothing} isLog={isLog} />
    </div>
  )
}
