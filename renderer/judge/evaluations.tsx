/** All evaluations with their win rates, the ratings of all models, and the newest experiment's results. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EvaluationRecord, Rating } from '../../electron/contract/judge.ts'
import { host } from '../app/connection.ts'
import { FailedWork } from '../app/failed-work.tsx'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { IntervalBar } from '../charts/interval-bar.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { Experiment } from './experiment.tsx'
import { NewEvaluation } from './new-evaluation.tsx'
import { repeatShare } from './repeat-share.ts'
import { type Column, ResultTable } from './result-table.tsx'
import { UnfinishedSessions } from './unfinished-sessions.tsx'

type Change = ReturnType<typeof usePlace>[1]

/** Evaluations without a result come last. */
function byWinRate(list: readonly EvaluationRecord[]): EvaluationRecord[] {
  const rate = ({ summary }: EvaluationRecord) => summary?.winRate ?? -1
  return [...list].sort((a, b) => rate(b) - rate(a))
}

function columnsFor(
  change: Change,
  sort: NonNullable<Column<EvaluationRecord>['sort']>,
): Column<EvaluationRecord>[] {
  return [
    {
      head: 'Compared',
      text: ({ name }) => name,
      cell: ({ id, name }) => (
        <Button kind="quiet" className="opens" onClick={() => change({ evaluation: id })}>
          {name}
        </Button>
      ),
    },
    {
      head: 'Judge',
      text: ({ judge, kind }) => `${judge}${kind === 'blind' ? ' (manual, blind)' : ''}`,
    },
    {
      head: 'Win rate, 95% interval',
      sort,
      text: ({ summary, judged, pairs }) =>
        summary
          ? `${summary.winRate.toFixed(1)} (${summary.interval.low.toFixed(1)}–${summary.interval.high.toFixed(1)})`
          : `${judged} of ${pairs} judged`,
      cell: ({ id, kind, name, summary, judged, pairs }) =>
        summary ? (
          <span className="rate">
            <IntervalBar value={summary.winRate} {...summary.interval} label={name} />
            {numberOf(summary.winRate)}
          </span>
        ) : (
          <Button onClick={() => change(kind === 'blind' ? { blind: id } : { evaluation: id })}>
            {judged} of {pairs} judged{kind === 'blind' ? ': continue' : ''}
          </Button>
        ),
    },
    { head: 'At equal length', text: ({ summary }) => numberOf(summary?.lengthControlledWinRate) },
    { head: 'Pairs', text: ({ summary, pairs }) => String(summary?.n ?? pairs) },
    {
      head: 'Flips',
      text: ({ summary }) =>
        summary === null || summary.inconsistency === null
          ? '–'
          : `${Math.round(100 * summary.inconsistency)}%`,
    },
  ]
}

const ratingColumns: Column<Rating>[] = [
  { head: 'Model', text: ({ model }) => model },
  { head: 'Rating', text: ({ rating }) => String(Math.round(rating)) },
  { head: '95% interval', text: ({ low, high }) => `${Math.round(low)} – ${Math.round(high)}` },
  { head: 'Pairs', text: ({ pairs }) => String(pairs) },
]

export function Evaluations() {
  const project = useProject()
  const [{ sort }, change] = usePlace()
  const [isNew, setNew] = useState(false)
  const { data: list, error } = useQuery({
    queryKey: ['evaluations', project],
    queryFn: () => host.judge.list({ project }),
  })
  const { annotator } = useSettings()
  const edits = useMutation({
    mutationFn: () => host.judge.startBlindEdits({ project, judge: annotator, repeats: repeatShare }),
    onSuccess: ({ id }) => change({ blind: id }),
  })
  const isSorted = sort === 'win-rate'
  const toggleSort = () => change({ sort: isSorted ? undefined : 'win-rate' }, { replace: true })
  useKeys('Judge', [
    { keys: 'n', does: 'new evaluation', run: () => setNew(true) },
    { keys: 'w', does: 'sort by win rate', run: toggleSort },
  ])
  return (
    <div className="col">
      <div className="row wrap between">
        <h1>Judge</h1>
        <span className="row wrap">
          <Button disabled={edits.isPending} onClick={() => edits.mutate()}>
            Judge edits blind
          </Button>
          <Button kind="primary" onClick={() => setNew(true)}>
            New evaluation…
          </Button>
        </span>
      </div>
      <Problem error={edits.error} />
      <Problem error={error} />
      <FailedWork project={project} isShown={(verb) => verb === 'judge' || verb === 'check-judge'} />
      <ActiveJudging />
      <UnfinishedSessions list={list ?? []} />
      {list?.length === 0 ? (
        <NoEvaluations onNew={() => setNew(true)} />
      ) : (
        <ResultTable
          title="Evaluations"
          isNarrow={false}
          rows={isSorted ? byWinRate(list ?? []) : (list ?? [])}
          keyOf={({ id }) => id}
          columns={columnsFor(change, { isOn: isSorted, toggle: toggleSort })}
          figure="evaluations"
        />
      )}
      <Ratings />
      <Experiment />
      <NewEvaluation open={isNew} onClose={() => setNew(false)} />
    </div>
  )
}

function ActiveJudging() {
  const project = useProject()
  const active = useWork(project).filter(({ verb, endedAt }) => verb === 'judge' && endedAt === null)
  return active.map(({ id, progress, secondsLeft }) => (
    <div key={id} className="row wrap">
      {progress ? (
        <Progress label={progress.phase} {...progress} secondsLeft={secondsLeft} />
      ) : (
        <p>Starting to judge…</p>
      )}
      <Button onClick={() => void host.work.stop({ id })}>Stop</Button>
    </div>
  ))
}

function NoEvaluations({ onNew }: { onNew: () => void }) {
  const project = useProject()
  return (
    <Empty title="No evaluations yet">
      <p>
        Two models answer the same held-out prompts, and a judge decides which response is better, in both
        orders. You can then judge the same pairs blind and see how well you agree.
      </p>
      <div className="row wrap">
        <Button kind="primary" onClick={onNew}>
          Compare two models
        </Button>
        <Button onClick={() => goTo(project, 'runs', { new: 'sft' })}>Train a model first</Button>
      </div>
    </Empty>
  )
}

function Ratings() {
  const project = useProject()
  const { data, error } = useQuery({
    queryKey: ['ratings', project],
    queryFn: () => host.judge.ratings({ project }),
  })
  return (
    <>
      <Problem error={error} />
      {data?.reason && <p className="quiet">{data.reason}</p>}
      {data && data.ratings.length > 0 && (
        <section>
          <h2>Ratings</h2>
          <p className="quiet">
            Bradley–Terry model of all verdicts of this project, on the Elo scale: 1000 is the average model.
          </p>
          <ResultTable
            title="Ratings"
            rows={data.ratings}
            keyOf={({ model }) => model}
            columns={ratingColumns}
            figure="ratings"
          />
        </section>
      )}
    </>
  )
}
