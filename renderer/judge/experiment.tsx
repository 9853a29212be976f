/** The newest experiment's results: reward models, win rates, win rate against steps and against KL. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { adjustedPValues } from '../../electron/contract/evidence.ts'
import type { Arm, ResultRecord } from '../../electron/contract/report.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { IntervalBar } from '../charts/interval-bar.tsx'
import { Legend } from '../charts/legend.tsx'
import { LineChart } from '../charts/line-chart.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { ResultTable } from './result-table.tsx'
import { SaveFigure } from './save-figure.tsx'

export function Experiment() {
  const project = useProject()
  const { data } = useQuery({
    queryKey: ['experiment', project],
    queryFn: () => host.judge.experiment({ project }),
  })
  const report = useMutation({ mutationFn: () => host.verbs.report({ project }) })
  if (!data) return null
  return (
    <section className="col">
      <div className="row wrap between">
        <h2>Newest experiment</h2>
        <Button disabled={report.isPending} onClick={() => report.mutate()}>
          Write report
        </Button>
      </div>
      <Problem error={report.error} />
      {report.data && (
        <p role="status">
          Wrote <span className="code">{report.data.file}</span>.
        </p>
      )}
      {data.caveat && <Banner kind="note" title={data.caveat} />}
      {data.warnings && data.warnings.length > 0 && (
        <ul>
          {data.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <RewardModels record={data} />
      <WinRates record={data} />
      <Contrasts record={data} />
      <RateByEdits record={data} />
      <RateOverSteps record={data} />
      <RateOverKl record={data} />
    </section>
  )
}

function RewardModels({ record: { rewardModels } }: { record: ResultRecord }) {
  return (
    <ResultTable
      title="Reward models on held-out pairs"
      hasCaption
      rows={rewardModels}
      keyOf={({ name }) => name}
      columns={[
        { head: 'Arm', text: ({ name }) => name },
        { head: 'Scheme', text: ({ scheme }) => scheme, cell: ({ scheme }) => <code>{scheme}</code> },
        { head: 'Pairwise accuracy', text: ({ pairwiseAccuracy }) => numberOf(pairwiseAccuracy) },
        { head: 'Token AUROC', text: ({ tokenAuroc }) => numberOf(tokenAuroc) },
      ]}
      figure="reward-models"
    />
  )
}

function rateOf({ winRate, interval }: Arm): string {
  return `${numberOf(winRate)} (${numberOf(interval.low)}–${numberOf(interval.high)})`
}

function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

function WinRates({ record }: { record: ResultRecord }) {
  const { arms, reference } = record
  const adjusted = adjustedPValues(record).arms
  return (
    <ResultTable
      title={`Win rate against ${reference.name}`}
      hasCaption
      rows={[...arms].sort((a, b) => b.winRate - a.winRate)}
      keyOf={({ name }) => name}
      columns={[
        { head: 'Arm', text: ({ name }) => name },
        {
          head: 'Win rate, 95% interval',
          text: rateOf,
          cell: (arm) => (
            <span className="rate">
              <IntervalBar value={arm.winRate} {...arm.interval} label={arm.name} />
              {rateOf(arm)}
            </span>
          ),
        },
        {
          head: 'p, Holm over arms',
          text: ({ name }) => pText(adjusted.get(name)!),
        },
        { head: 'KL (nats)', text: ({ kl }) => numberOf(kl) },
        { head: 'Length (tokens)', text: ({ length }) => numberOf(length) },
        {
          head: 'Finished (EOS)',
          text: ({ ended }) => (ended == null ? '–' : `${Math.round(100 * ended)}%`),
        },
      ]}
      figure="win-rates"
    />
  )
}

/** Which arms differ, and by how much. */
function Contrasts({ record: { contrasts = [] } }: { record: ResultRecord }) {
  if (contrasts.length === 0) return null
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${numberOf(Math.abs(value))}`
  return (
    <ResultTable
      title="Differences between arms, in points of win rate"
      hasCaption
      rows={[...contrasts].sort((a, b) => Math.abs(b.value) - Math.abs(a.value))}
      keyOf={({ arm, opponent }) => `${arm} − ${opponent}`}
      columns={[
        { head: 'Arms', text: ({ arm, opponent }) => `${arm} − ${opponent}` },
        { head: 'Points', text: ({ value }) => signed(value) },
        {
          head: '95% interval',
          text: ({ interval }) => `${signed(interval.low)} to ${signed(interval.high)}`,
        },
        {
          head: 'At this size',
          text: ({ interval }) => (interval.low > 0 || interval.high < 0 ? 'differ' : 'not shown to differ'),
        },
      ]}
    />
  )
}

/** Every arm by how many edits it learned from. */
function RateByEdits({ record: { editCurve = [] } }: { record: ResultRecord }) {
  if (editCurve.length === 0) return null
  return (
    <ResultTable
      title="Win rate by the number of edits"
      hasCaption
      rows={[...editCurve].sort((a, b) => a.edits - b.edits || b.winRate - a.winRate)}
      keyOf={({ arm, edits }) => `${arm} ${edits}`}
      columns={[
        { head: 'Edits', text: ({ edits, isAll }) => `${edits}${isAll ? ' (all)' : ''}` },
        { head: 'Arm', text: ({ arm }) => arm },
        {
          head: 'Win rate, 95% interval',
          text: ({ winRate, interval }) =>
            `${numberOf(winRate)} (${numberOf(interval.low)}–${numberOf(interval.high)})`,
        },
        { head: 'KL (nats)', text: ({ kl }) => numberOf(kl) },
      ]}
    />
  )
}

function RateOverSteps({ record: { winRateOverSteps } }: { record: ResultRecord }) {
  const series = useMemo(
    () =>
      winRateOverSteps
        .filter(({ points }) => points.length > 0)
        .map(({ arm, points }) => ({
          name: arm,
          points: points.map(({ step, winRate }) => [step, winRate] as const),
        })),
    [winRateOverSteps],
  )
  if (series.length === 0) return null
  return (
    <div>
      <LineChart title="Win rate against steps" series={series} />
      <div className="row wrap">
        <Legend names={series.map(({ name }) => name)} />
        <SaveFigure name="over-steps" title="Win rate against steps" />
      </div>
    </div>
  )
}

/** Every arm at every KL penalty: win rate against distance from the reference. */
function RateOverKl({ record: { arms, frontier } }: { record: ResultRecord }) {
  const series = useMemo(
    () =>
      arms.flatMap(({ name }) => {
        const own = (frontier?.points ?? []).filter(({ arm }) => arm === name).sort((a, b) => a.kl - b.kl)
        const points = own.map(({ kl, winRate }) => [Number(kl.toFixed(2)), winRate] as const)
        return points.length > 0 ? [{ name, points }] : []
      }),
    [arms, frontier],
  )
  if (series.length === 0) return null
  return (
    <div>
      <LineChart
        title="Win rate against KL in nats, one run per penalty"
        series={series}
        x="KL"
        group="frontier"
      />
      <div className="row wrap">
        <Legend names={series.map(({ name }) => name)} />
        <SaveFigure name="frontier" title="Win rate against KL" />
      </div>
    </div>
  )
}
