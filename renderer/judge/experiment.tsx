/** The newest experiment's three results, as in the paper: reward models, win rates, win rate against steps. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ResultRecord } from '../../electron/contract/report.ts'
import { host } from '../app/host.ts'
import { useProject } from '../app/place.ts'
import { IntervalBar } from '../charts/interval-bar.tsx'
import { LineChart } from '../charts/line-chart.tsx'
import { Button, numberOf, Problem } from '../ui/kit.tsx'

export function Experiment() {
  const project = useProject()
  const { data } = useQuery({
    queryKey: ['experiment', project],
    queryFn: () => host.judging.experiment({ project }),
  })
  const report = useMutation({ mutationFn: () => host.verbs.report({ project }) })
  if (!data) return null
  return (
    <section className="stack">
      <div className="row spread">
        <h2>The newest experiment</h2>
        <Button disabled={report.isPending} onClick={() => report.mutate()}>
          Write the report
        </Button>
      </div>
      <Problem error={report.error} />
      {report.data && (
        <p role="status">
          Wrote <span className="mono">{report.data.file}</span>.
        </p>
      )}
      {data.caveat && <p className="box">{data.caveat}</p>}
      <RewardModels record={data} />
      <WinRates record={data} />
      <OverSteps record={data} />
    </section>
  )
}

function RewardModels({ record: { rewardModels } }: { record: ResultRecord }) {
  return (
    <table className="table narrow">
      <caption>1. Reward models, on held-out pairs</caption>
      <thead>
        <tr>
          <th>Arm</th>
          <th>Scheme</th>
          <th>Pairwise accuracy</th>
          <th>Token AUROC</th>
        </tr>
      </thead>
      <tbody>
        {rewardModels.map(({ name, scheme, pairwiseAccuracy, tokenAuroc }) => (
          <tr key={name}>
            <td>{name}</td>
            <td className="mono">{scheme}</td>
            <td>{numberOf(pairwiseAccuracy)}</td>
            <td>{numberOf(tokenAuroc)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function WinRates({ record: { arms, reference } }: { record: ResultRecord }) {
  return (
    <table className="table narrow">
      <caption>2. Win rate against {reference.name}</caption>
      <tbody>
        {[...arms]
          .sort((a, b) => b.winRate - a.winRate)
          .map(({ name, winRate, interval, kl, length }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>
                <IntervalBar value={winRate} {...interval} label={name} />
              </td>
              <td>
                {numberOf(winRate)} ({numberOf(interval.low)}–{numberOf(interval.high)})
              </td>
              <td>KL {numberOf(kl)}</td>
              <td>{numberOf(length)} tokens</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}

function OverSteps({ record: { winRateOverSteps } }: { record: ResultRecord }) {
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
    <LineChart
      title={`3. Win rate against steps: ${series.map(({ name }) => name).join(', ')}`}
      series={series}
      height={240}
    />
  )
}
