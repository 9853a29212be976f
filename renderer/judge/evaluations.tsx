/** All evaluations with their win rates, the ratings of all models, and the newest experiment's results. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { EvaluationRecord, Rating } from '../../electron/contract/judge.ts'
import { comparedName, shortName } from '../../electron/contract/result-sentence.ts'
import type { VerbName } from '../../electron/contract/verbs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { FailedWork } from '../app/failed-work.tsx'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { useSettings } from '../app/settings.ts'
import { IntervalPlot, percentScale } from '../charts/interval-plot.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Experiment } from './experiment.tsx'
import { NewEvaluation } from './new-evaluation.tsx'
import { repeatShare } from './repeat-share.ts'
import { type Column, ResultTable } from './result-table.tsx'
import { Unfinished } from './unfinished.tsx'

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
          {comparedName(name)}
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
          : unfinishedWords({ judged, pairs }),
      cell: ({ id, kind, name, summary, judged, pairs }) =>
        summary ? (
          <span className="rate">
            <IntervalPlot
              value={summary.winRate}
              {...summary.interval}
              label={name}
              scale={percentScale}
              isSmall
            />
            <span className="num">{summary.winRate.toFixed(1)}%</span>
          </span>
        ) : (
          <Button isSmall onClick={() => change(kind === 'blind' ? { blind: id } : { evaluation: id })}>
            {unfinishedWords({ judged, pairs })}
            {kind === 'blind' ? ': resume' : ''}
          </Button>
        ),
    },
    { head: 'At equal length', text: ({ summary }) => percentOf(summary?.lengthControlledWinRate) },
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

function unfinishedWords({ judged, pairs }: Pick<EvaluationRecord, 'judged' | 'pairs'>): string {
  return pairs === 0 ? 'not all answered' : `${judged} of ${pairs} judged`
}

function percentOf(percent: number | null | undefined): string {
  return percent == null ? '–' : `${percent.toFixed(1)}%`
}

const ratingColumns: Column<Rating>[] = [
  { head: 'Model', text: ({ model }) => model },
  { head: 'Rating', text: ({ rating }) => String(Math.round(rating)) },
  { head: '95% interval', text: ({ low, high }) => `${Math.round(low)} – ${Math.round(high)}` },
  { head: 'Pairs', text: ({ pairs }) => String(pairs) },
]

export function Evaluations() {
  const project = useProject()
  const [, change] = usePlace()
  const [isNew, setNew] = useState(false)
  const { data: list, error } = useQuery({
    queryKey: ['evaluations', project],
    queryFn: () => host.judge.list({ project }),
  })
  const { annotator } = useSettings()
  const active = useWork(project).filter(({ verb, endedAt }) => isComparing(verb) && endedAt === null)
  const edits = useMutation({
    mutationFn: () => host.judge.startBlindEdits({ project, judge: annotator, repeats: repeatShare }),
    onSuccess: ({ id }) => change({ blind: id }),
  })
  useKeys('Judge', [{ keys: 'n', does: 'new evaluation', run: () => setNew(true) }])
  return (
    <>
      <Bar title="Judge">
        <Button disabled={edits.isPending} onClick={() => edits.mutate()}>
          Judge edits blind
        </Button>
        <Button kind="primary" icon="add" keys="n" onClick={() => setNew(true)}>
          New evaluation…
        </Button>
      </Bar>
      <div className="scroll pad evaluations">
        <Problem error={edits.error} />
        <Problem error={error} />
        <FailedWork project={project} isShown={(verb) => judgingVerbs.includes(verb)} />
        <ActiveJudging active={active} />
        <Unfinished list={list ?? []} />
        {!list && !error && <Skeleton label="Loading the evaluations" widths={[96, 94, 96, 95]} />}
        {list?.length === 0 && active.length === 0 && <NoEvaluations onNew={() => setNew(true)} />}
        {list && list.length > 0 && <EvaluationTable list={list} />}
        <Ratings />
        <Experiment />
      </div>
      <NewEvaluation open={isNew} onClose={() => setNew(false)} />
    </>
  )
}

/** More rows would make the page slow. */
const pageSize = 40

function EvaluationTable({ list }: { list: readonly EvaluationRecord[] }) {
  const [{ sort, from = '0' }, change] = usePlace()
  const isSorted = sort === 'win-rate'
  const toggle = () => change({ sort: isSorted ? undefined : 'win-rate', from: undefined }, { replace: true })
  const section = useRef<HTMLElement>(null)
  useKeys('Evaluations', [
    { keys: 'w', does: 'sort by win rate', run: toggle },
    { keys: 'j', does: 'next evaluation', run: () => moveFocus(section.current, 1), repeats: true },
    { keys: 'k', does: 'previous evaluation', run: () => moveFocus(section.current, -1), repeats: true },
  ])
  const rows = isSorted ? byWinRate(list) : list
  const start = Math.min(Math.max(0, Number(from) || 0), rows.length - 1)
  const page = (next: number) => change({ from: next > 0 ? String(next) : undefined }, { replace: true })
  return (
    <section ref={section}>
      <h2 className="unseen">Evaluations</h2>
      <ResultTable
        title="Evaluations"
        isNarrow={false}
        rows={rows.slice(start, start + pageSize)}
        all={rows}
        keyOf={({ id }) => id}
        columns={columnsFor(change, { isOn: isSorted, toggle })}
        figure="evaluations"
      />
      {rows.length > pageSize && (
        <div className="row num quiet pair-pages">
          {start + 1} to {Math.min(start + pageSize, rows.length)} of {rows.length}
          <IconButton
            icon="left"
            label="Evaluations before these"
            isSmall
            disabled={start === 0}
            onClick={() => page(start - pageSize)}
          />
          <IconButton
            icon="right"
            label="Evaluations after these"
            isSmall
            disabled={start + pageSize >= rows.length}
            onClick={() => page(start + pageSize)}
          />
        </div>
      )}
    </section>
  )
}

/** From the row that has the focus, or to the first; Enter opens it. */
function moveFocus(section: HTMLElement | null, by: 1 | -1): void {
  const names = [...(section?.querySelectorAll<HTMLElement>('.opens') ?? [])]
  const at = names.findIndex((name) => name === document.activeElement)
  names[at < 0 ? 0 : Math.min(names.length - 1, Math.max(0, at + by))]?.focus()
}

const judgingVerbs: readonly VerbName[] = ['judge', 'resume-judge', 'check-judge']

function isComparing(verb: VerbName): boolean {
  return verb === 'judge' || verb === 'resume-judge'
}

function ActiveJudging({ active }: { active: readonly WorkRecord[] }) {
  return active.map((job) => {
    const { id, progress, secondsLeft } = job
    const what = comparisonOf(job)
    return (
      <div key={id} className="row wrap">
        {progress ? (
          <Progress
            label={`${what}: ${phaseWords(progress.phase)}`}
            {...progress}
            secondsLeft={secondsLeft}
          />
        ) : (
          <p>{what}: waiting for the trainer</p>
        )}
        <Button aria-label={`Stop ${what}`} onClick={() => void host.work.stop({ id })}>
          Stop
        </Button>
      </div>
    )
  })
}

/** `token-2 against base by world` */
function comparisonOf({ input: { candidate, reference, judge } }: WorkRecord): string {
  if (typeof candidate !== 'string' || typeof reference !== 'string') return 'Evaluation'
  return `${shortName(candidate)} against ${shortName(reference)}${typeof judge === 'string' ? ` by ${judge}` : ''}`
}

function phaseWords(phase: string): string {
  return phase === 'generate' ? 'answers' : phase
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
      {data?.reason && (
        <details>
          <summary className="quiet">Why there is no rating of all models</summary>
          <p className="second">{data.reason}</p>
        </details>
      )}
      {data && data.ratings.length > 0 && (
        <section>
          <h2 className="subtitle">Ratings</h2>
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
