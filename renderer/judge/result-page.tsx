/** One evaluation: the result in a sentence, then intervals, KL, differences, subsets and judges, and every pair behind it. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Round } from '../../electron/contract/judge.ts'
import { recordSentence, sidesOf } from '../../electron/contract/result-sentence.ts'
import {
  corpusSentence,
  correctedSentence,
  sessionSentences,
} from '../../electron/contract/summary-sentences.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { timeOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { DifferencesCard } from './differences-card.tsx'
import { FrontierCard } from './frontier-card.tsx'
import { JudgesCard } from './judges-card.tsx'
import { type Pairs, PairsCard } from './pairs-card.tsx'
import { RatesCard } from './rates-card.tsx'
import { ResultActions } from './result-actions.tsx'
import { frontierOfRound, type RateRow, rateRows } from './result-rows.ts'
import { Sentence } from './sentence.tsx'
import { SubsetsCard } from './subsets-card.tsx'
import { isJudged, useResume } from './unfinished.tsx'

const list = { evaluation: undefined, against: undefined }

export function ResultPage({ id }: { id: string }) {
  const project = useProject()
  const [, change] = usePlace()
  const { data, error, refetch } = useQuery({
    queryKey: ['evaluation', project, id],
    queryFn: () => host.judge.pairs({ project, evaluation: id }),
  })
  const round = useQuery({
    queryKey: ['evaluation', project, id, 'round'],
    queryFn: () => host.judge.round({ project, evaluation: id }),
    placeholderData: { rows: [], differences: [] },
  })
  const toList = () => change(list)
  if (!data) {
    const back = { label: 'All evaluations', go: toList }
    return <LinkProblem what="evaluation" error={error} back={back} onRetry={refetch} />
  }
  const { record, agreement } = data
  const judges = agreement.length + 1
  return (
    <>
      <Bar
        title={titleOf(record)}
        crumbs={[{ text: 'Judge', open: toList }]}
        beside={
          <span className="quiet num hide-tiny cut">
            {record.pairs} pairs · {judges === 1 ? record.judge : `${record.judge} and ${judges - 1} more`} ·{' '}
            {timeOf(record.createdAt)}
          </span>
        }
      >
        <ResultActions record={record} rows={round.data?.rows ?? []} />
      </Bar>
      <div className="scroll">
        <div className="res">
          <Problem error={round.error} onRetry={() => void round.refetch()} />
          {record.summary === null ? (
            <Unfinished record={record} />
          ) : (
            <Result
              record={{ ...record, summary: record.summary }}
              data={data}
              round={round.data ?? { rows: [], differences: [] }}
            />
          )}
          <PairsCard data={data} />
        </div>
      </div>
    </>
  )
}

type Record = Pairs['record']
type Finished = Record & { summary: NonNullable<Record['summary']> }

function titleOf(record: Record): string {
  if (record.candidate === null || record.reference === null) return record.name
  const { candidate, reference } = sidesOf(record)
  return `${candidate} against ${reference}`
}

function Unfinished({ record }: { record: Record }) {
  const { resume, error } = useResume(record)
  const isRunning = isJudged(record, useWork(useProject()))
  return (
    <section className="whole-row col">
      <h2 className="title">
        {record.pairs === 0
          ? 'Not all answers are sampled'
          : `${record.judged} of ${record.pairs} pairs judged`}
      </h2>
      <p className="second">{whyUnfinished(record, isRunning)}</p>
      <Problem error={error} />
      {(record.kind === 'blind' || (record.canResume && !isRunning)) && (
        <p>
          <Button kind="primary" onClick={resume}>
            Resume
          </Button>
        </p>
      )}
    </section>
  )
}

function whyUnfinished({ kind, canResume }: Record, isRunning: boolean): string {
  if (kind === 'blind') return 'The result is shown once every pair is judged, or once you stop the session.'
  if (isRunning) return 'It is running: the result is shown when it ends.'
  return canResume
    ? 'Its work was interrupted. Answers and verdicts are kept: nothing is sampled or judged twice.'
    : 'Its work was interrupted. Start the same evaluation again: no pair is judged twice.'
}

function Result({ record, data, round }: { record: Finished; data: Pairs; round: Round }) {
  const [, change] = usePlace()
  const rows = rateRows(record, round)
  const points = frontierOfRound(rows, round)
  const rates = (
    <RatesCard
      title={`Win rate against ${sidesOf(record).reference}`}
      rows={rows}
      help={ratesHelp(record, rows)}
      onOpen={(evaluation) => change({ evaluation, against: undefined })}
    />
  )
  const subsets = <SubsetsCard id={record.id} rows={rows} />
  const judges = data.agreement.length > 0 && <JudgesCard rows={data.agreement} />
  const notes = <NotesCard record={record} />
  const differences = round.differences.length > 0 && <DifferencesCard round={round} />
  const hasFrontier = points.length > 1
  // A matrix of few candidates has room beside the frontier, as the other judges have.
  const isSmall = hasFrontier && round.rows.length <= 4
  return (
    <>
      <Head record={record} data={data} round={round} />
      <div className="res-column">
        {rates}
        {isSmall ? differences : !hasFrontier && notes}
      </div>
      <div className="res-column">
        {hasFrontier ? <FrontierCard lines={points} /> : subsets}
        {judges}
      </div>
      {!isSmall && differences}
      {hasFrontier && subsets}
      {hasFrontier && notes}
    </>
  )
}

function Head({ record, data, round }: { record: Finished; data: Pairs; round: Round }) {
  const { smallestDetectableDifference: smallest, inconsistency } = record.summary
  return (
    <section className="whole-row res-head">
      <Sentence parts={recordSentence(record, round)} isHeading />
      <dl className="res-facts">
        {smallest !== null && <Fact term="Smallest detectable difference">{smallest.toFixed(1)} points</Fact>}
        {data.agreement.length > 0 && <Fact term="Judges agree">{kappaWords(data.agreement)}</Fact>}
        {record.session === null && inconsistency !== null && (
          <Fact term="Flips when swapped">{(100 * inconsistency).toFixed(1)}%</Fact>
        )}
      </dl>
    </section>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt className="label">{term}</dt>
      <dd className="num medium">{children}</dd>
    </div>
  )
}

/** The range if there are several other judges. */
function kappaWords(agreement: Pairs['agreement']): string {
  const kappas = agreement.flatMap(({ kappa }) => kappa ?? [])
  if (kappas.length === 0) return 'on everything'
  const [low, high] = [Math.min(...kappas), Math.max(...kappas)].map((kappa) =>
    kappa.toFixed(2).replace('-', '−'),
  )
  return low === high ? `κ ${low}` : `κ ${low} to ${high}`
}

function ratesHelp(record: Finished, rows: readonly RateRow[]): string {
  const { summary, session } = record
  const { n, prompts = n, inconsistency } = summary
  const counted = prompts === n ? `${prompts} prompts` : `${n} pairs on ${prompts} prompts`
  const orders = session === null && inconsistency !== null ? ', both orders' : ''
  const isStopped = session?.anytime && record.judged < record.pairs
  const method = isStopped ? 'Confidence sequence, which allows for stopping early,' : 'Bootstrap'
  const many =
    rows.length > 1
      ? ' The intervals are not corrected for the number of candidates; the sentence calls a candidate better or worse only if its p-value is below 5% after Holm’s correction for that number.'
      : ''
  return `${method} over ${counted}${orders}. Ties count half.${many}`
}

/** What weakens the result, and what else is known about it. */
function NotesCard({ record }: { record: Finished }) {
  const { summary, corrected, session } = record
  const { wins, ties, losses, signTestP, lengthControlledWinRate: equal, styleControlledWinRate } = summary
  const sentences = [
    `${wins} won, ${ties} tied, ${losses} lost; sign test over prompts: p ${signTestP < 0.001 ? '< 0.001' : `= ${signTestP.toFixed(3)}`}.`,
    equal === null ? 'At equal length: withheld.' : `At equal length: ${equal.toFixed(1)}%.`,
    ...(styleControlledWinRate == null ? [] : [`At equal style: ${styleControlledWinRate.toFixed(1)}%.`]),
    ...(summary.corpusScores ? [corpusSentence(summary.corpusScores)] : []),
    ...(corrected ? [correctedSentence(corrected)] : []),
    ...(session ? sessionSentences(session) : []),
    ...summary.warnings,
  ]
  return (
    <Card title="How sure this is">
      <ul className="res-notes">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </Card>
  )
}
