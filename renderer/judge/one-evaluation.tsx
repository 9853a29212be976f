/** One evaluation: its result with warnings, agreement with other judges, and every pair behind it. */
import { useMutation, useQuery } from '@tanstack/react-query'
import {
  corpusSentence,
  correctedSentence,
  sessionSentences,
} from '../../electron/contract/summary-sentences.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { useSettings } from '../app/settings.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { IntervalBar } from '../charts/interval-bar.tsx'
import { Button } from '../ui/button.tsx'
import { numberOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { BySubset } from './by-subset.tsx'
import { PairList, type Pairs } from './pair-list.tsx'
import { repeatShare } from './repeat-share.ts'
import { ResultTable } from './result-table.tsx'
import { saveText } from './save-file.ts'

export function OneEvaluation({ id }: { id: string }) {
  const project = useProject()
  const [, change] = usePlace()
  const { annotator } = useSettings()
  const { data, error, refetch } = useQuery({
    queryKey: ['evaluation', project, id],
    queryFn: () => host.judge.pairs({ project, evaluation: id }),
  })
  const blind = useMutation({
    mutationFn: () =>
      host.judge.startBlind({
        project,
        evaluation: data?.record.of ?? id,
        judge: annotator,
        repeats: repeatShare,
      }),
    onSuccess: (record) => change({ evaluation: undefined, blind: record.id }),
  })
  const exportPairs = useMutation({
    mutationFn: async (format: 'csv' | 'json') => {
      const { text } = await host.judge.exportPairs({ project, evaluation: id, format })
      saveText(`${id}.${format}`, text)
    },
  })
  if (!data) {
    const back = { label: 'All evaluations', go: () => change({ evaluation: undefined, against: undefined }) }
    return <LinkProblem what="evaluation" error={error} back={back} onRetry={refetch} />
  }
  const { record, agreement } = data
  return (
    <div className="col">
      <div className="row wrap between">
        <div>
          <h1>{record.name}</h1>
          <p className="quiet">judged by {record.judge}</p>
        </div>
        <span className="row wrap">
          <Button kind="primary" disabled={blind.isPending} onClick={() => blind.mutate()}>
            Start blind comparison
          </Button>
          <Button onClick={() => exportPairs.mutate('csv')}>Export CSV</Button>
          <Button onClick={() => exportPairs.mutate('json')}>Export JSON</Button>
          <Button kind="quiet" onClick={() => change({ evaluation: undefined, against: undefined })}>
            All evaluations
          </Button>
        </span>
      </div>
      <Problem error={blind.error ?? exportPairs.error} />
      {record.summary === null ? (
        <p>
          {record.judged} of {record.pairs} pairs judged.{' '}
          {record.kind === 'blind' && (
            <Button onClick={() => change({ evaluation: undefined, blind: id })}>Continue</Button>
          )}
        </p>
      ) : (
        <Result summary={record.summary} name={record.candidate ?? record.name} />
      )}
      {(record.corrected || (record.session && record.summary)) && (
        <ul>
          {record.corrected && <li>{correctedSentence(record.corrected)}</li>}
          {record.session &&
            record.summary &&
            sessionSentences(record.session).map((sentence) => <li key={sentence}>{sentence}</li>)}
        </ul>
      )}
      {record.summary && <BySubset evaluation={id} />}
      {agreement.length > 0 && <Agreement rows={agreement} />}
      <PairList data={data} />
    </div>
  )
}

function Agreement({ rows }: { rows: Pairs['agreement'] }) {
  const [, change] = usePlace()
  const show = (evaluation: string) => {
    change({ against: evaluation })
    document.getElementById('pairs')?.scrollIntoView()
  }
  return (
    <section>
      <h2>Agreement with other judges</h2>
      <ResultTable
        title="Agreement"
        rows={rows}
        keyOf={({ evaluation }) => evaluation}
        columns={[
          { head: 'Judge', text: ({ judge }) => judge },
          { head: 'Agree', text: ({ agreement }) => `${Math.round(100 * agreement)}%` },
          { head: "Cohen's kappa", text: ({ kappa }) => numberOf(kappa) },
          { head: 'Pairs', text: ({ n }) => String(n) },
          {
            head: 'Disagreements',
            text: ({ disagreements }) => String(disagreements.length),
            cell: ({ evaluation, judge, disagreements: { length } }) =>
              length === 0 ? (
                'none'
              ) : (
                <Button onClick={() => show(evaluation)}>
                  {length} {length === 1 ? 'pair' : 'pairs'}
                  <span className="unseen">: show the disagreements with {judge}</span>
                </Button>
              ),
          },
        ]}
      />
    </section>
  )
}

function Result({ summary, name }: { summary: NonNullable<Pairs['record']['summary']>; name: string }) {
  const { winRate, interval, wins, ties, losses, n, prompts = n } = summary
  const { signTestP, lengthControlledWinRate, styleControlledWinRate, corpusScores, warnings } = summary
  return (
    <section className="result">
      <div className="row wrap">
        <IntervalBar value={winRate} {...interval} label={`Win rate of ${name}`} />
        <p className="num win-rate">
          <b>{winRate.toFixed(1)}%</b> ({interval.low.toFixed(1)} to {interval.high.toFixed(1)})
        </p>
      </div>
      <p className="num">
        {n} pairs{prompts === n ? '' : ` on ${prompts} prompts`}: {wins} won, {ties} tied, {losses} lost; sign
        test over prompts: p {signTestP < 0.001 ? '< 0.001' : `= ${signTestP.toFixed(3)}`}; at equal length:{' '}
        {lengthControlledWinRate === null ? 'withheld' : `${numberOf(lengthControlledWinRate)}%`}
        {styleControlledWinRate != null && `; at equal style: ${numberOf(styleControlledWinRate)}%`}.
      </p>
      {corpusScores && <p className="num">{corpusSentence(corpusScores)}</p>}
      {warnings.length > 0 && (
        <ul>
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </section>
  )
}
