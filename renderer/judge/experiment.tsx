/** The newest experiment's results: reward models, win rates, win rate against steps and against KL. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { adjustedPValues } from '../../electron/contract/evidence.ts'
import type { Arm, ResultRecord } from '../../electron/contract/report.ts'
import { isDistinguished, resultSentence } from '../../electron/contract/result-sentence.ts'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { Legend } from '../charts/legend.tsx'
import { LineChart } from '../charts/line-chart.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { FrontierCard } from './frontier-card.tsx'
import { Matrix, type MatrixCell } from './matrix.tsx'
import { RatesCard, rangeOf } from './rates-card.tsx'
import { ResultCard } from './result-card.tsx'
import type { FrontierLine } from './result-rows.ts'
import { ResultTable } from './result-table.tsx'
import { SaveFigure } from './save-figure.tsx'
import { Sentence } from './sentence.tsx'

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
        <h2 className="subtitle">Newest experiment</h2>
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
      <Finding record={data} />
      <div className="res flush">
        <WinRates record={data} />
        <RateOverKl record={data} />
        <HeadToHead record={data} />
      </div>
      <ArmTable record={data} />
      <Contrasts record={data} />
      <RateByEdits record={data} />
      <ContrastsByEdits record={data} />
      <RateOverSteps record={data} />
      <RewardModels record={data} />
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

/** Arms in the order of their win rates; colours follow it, as they do for every result. */
function ranked({ arms }: ResultRecord): Arm[] {
  return [...arms].sort((a, b) => b.winRate - a.winRate)
}

function Finding({ record }: { record: ResultRecord }) {
  const [best, second] = ranked(record)
  if (!best) return null
  const contrast = (record.contrasts ?? []).find(
    ({ arm, opponent }) =>
      (arm === best.name && opponent === second?.name) || (opponent === best.name && arm === second?.name),
  )
  const rival =
    contrast === undefined
      ? null
      : contrast.arm === best.name
        ? { name: contrast.opponent, value: contrast.value, interval: contrast.interval }
        : {
            name: contrast.arm,
            value: -contrast.value,
            interval: { low: -contrast.interval.high, high: -contrast.interval.low },
          }
  const found = {
    candidate: best.name,
    reference: record.reference.name,
    summary: best,
    adjustedP: adjustedPValues(record).arms.get(best.name),
  }
  return <Sentence parts={resultSentence(found, rival)} />
}

function WinRates({ record }: { record: ResultRecord }) {
  const rows = ranked(record).map(({ name, winRate, interval }, colour) => ({
    ...{ id: name, name, winRate, interval, colour },
    isAsked: false,
  }))
  return (
    <RatesCard
      title={`Win rate against ${record.reference.name}`}
      rows={rows}
      help="Bootstrap over prompts, and over seeds if there are several. Ties count half."
    />
  )
}

function ArmTable({ record }: { record: ResultRecord }) {
  const { reference } = record
  const adjusted = adjustedPValues(record).arms
  return (
    <ResultTable
      title={`Arms against ${reference.name}`}
      hasCaption
      isNarrow={false}
      rows={ranked(record)}
      keyOf={({ name }) => name}
      columns={[
        { head: 'Arm', text: ({ name }) => name },
        { head: 'Win rate, 95% interval', text: rateOf },
        { head: 'p, Holm over arms', text: ({ name }) => pText(adjusted.get(name)!) },
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

const headToHeadTitle = 'Head to head'

/** Arms that were judged against each other. */
function HeadToHead({ record }: { record: ResultRecord }) {
  const { headToHead } = record
  if (headToHead.length === 0) return null
  const played = new Set(headToHead.flatMap(({ arm, opponent }) => [arm, opponent]))
  const names = ranked(record).flatMap(({ name }) => (played.has(name) ? [name] : []))
  const adjusted = adjustedPValues(record).headToHead
  const cellOf = (row: string, column: string): MatrixCell | null => {
    const at = headToHead.findIndex(
      ({ arm, opponent }) => (arm === row && opponent === column) || (arm === column && opponent === row),
    )
    const match = headToHead[at]
    if (!match) return null
    const isOwn = match.arm === row
    const { low, high } = match.interval
    const rate = isOwn ? match.winRate : 100 - match.winRate
    const isShown = isDistinguished(match.interval) && adjusted[at]! < 0.05
    return {
      text: rate.toFixed(1),
      range: isOwn ? rangeOf({ low, high }) : rangeOf({ low: 100 - high, high: 100 - low }),
      strength: isShown ? rate - 50 : 0,
    }
  }
  return (
    <ResultCard
      title={headToHeadTitle}
      note="the row wins, %; tinted where the interval leaves out 50 and Holm agrees"
      table={
        <ResultTable
          title={headToHeadTitle}
          rows={headToHead}
          keyOf={({ arm, opponent }) => `${arm} ${opponent}`}
          columns={[
            { head: 'Arm', text: ({ arm }) => arm },
            { head: 'Against', text: ({ opponent }) => opponent },
            { head: 'Win rate', text: ({ winRate }) => `${winRate.toFixed(1)}%` },
            { head: '95% interval', text: ({ interval }) => rangeOf(interval) },
          ]}
        />
      }
    >
      <Matrix names={names} label="The row wins, in percent" cellOf={cellOf} scale={25} />
    </ResultCard>
  )
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${numberOf(Math.abs(value))}`
const signedRange = ({ low, high }: { low: number; high: number }) => `${signed(low)} to ${signed(high)}`
const differenceName = ({ arm, opponent }: { arm: string; opponent: string }) => `${arm} − ${opponent}`
const editsText = ({ edits, isAll }: { edits: number; isAll: boolean }) => `${edits}${isAll ? ' (all)' : ''}`

/** Which arms differ, and by how much. */
function Contrasts({ record: { contrasts = [] } }: { record: ResultRecord }) {
  if (contrasts.length === 0) return null
  return (
    <ResultTable
      title="Differences between arms, in points of win rate"
      hasCaption
      rows={[...contrasts].sort((a, b) => Math.abs(b.value) - Math.abs(a.value))}
      keyOf={(row) => differenceName(row)}
      columns={[
        { head: 'Arms', text: (row) => differenceName(row) },
        { head: 'Points', text: ({ value }) => signed(value) },
        { head: '95% interval', text: ({ interval }) => signedRange(interval) },
        {
          head: 'At this size',
          text: ({ interval }) => (isDistinguished(interval, 0) ? 'differ' : 'not distinguished'),
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
        { head: 'Edits', text: (row) => editsText(row) },
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

/** Which arms differ when they have learned from as many edits. */
function ContrastsByEdits({ record: { editContrasts = [] } }: { record: ResultRecord }) {
  if (editContrasts.length === 0) return null
  return (
    <ResultTable
      title="Differences between arms by the number of edits, in points of win rate"
      hasCaption
      rows={[...editContrasts].sort((a, b) => a.edits - b.edits)}
      keyOf={(row) => `${differenceName(row)} ${row.edits}`}
      columns={[
        { head: 'Edits', text: (row) => editsText(row) },
        { head: 'Arms', text: (row) => differenceName(row) },
        {
          head: 'Points, 95% interval',
          text: ({ value, interval }) => `${signed(value)} (${signedRange(interval)})`,
        },
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
function RateOverKl({ record }: { record: ResultRecord }) {
  const points = record.frontier?.points ?? []
  const lines = ranked(record).flatMap(({ name }, colour): FrontierLine[] => {
    const own = points.filter(({ arm }) => arm === name).sort((a, b) => a.kl - b.kl)
    return own.length === 0 ? [] : [{ name, colour, points: own }]
  })
  if (lines.length === 0) return null
  return (
    <div>
      <FrontierCard lines={lines} />
      <SaveFigure name="frontier" title="Win rate against KL" />
    </div>
  )
}
