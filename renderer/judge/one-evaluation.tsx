/** One evaluation: its result with what limits it, agreement with other judges, and every pair behind it. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/host.ts'
import { usePlace, useProject } from '../app/place.ts'
import { useSettings } from '../app/settings.ts'
import { IntervalBar } from '../charts/interval-bar.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { Button, numberOf, Problem } from '../ui/kit.tsx'
import { saveText } from './save-text.ts'

type Pairs = Awaited<ReturnType<typeof host.judging.pairs>>

const shownAtOnce = 30

export function OneEvaluation({ id }: { id: string }) {
  const project = useProject()
  const [, change] = usePlace()
  const { annotator } = useSettings()
  const { data, error } = useQuery({
    queryKey: ['evaluation', project, id],
    queryFn: () => host.judging.pairs({ project, evaluation: id }),
  })
  const blind = useMutation({
    mutationFn: () =>
      host.judging.startBlind({ project, evaluation: data?.record.of ?? id, judge: annotator }),
    onSuccess: (record) => change({ evaluation: undefined, blind: record.id }),
  })
  const take = useMutation({
    mutationFn: async (format: 'csv' | 'json') => {
      const { text } = await host.judging.exportPairs({ project, evaluation: id, format })
      saveText(`${id}.${format}`, text)
    },
  })
  if (!data) return <Problem error={error} />
  const { record, agreement } = data
  return (
    <div className="stack">
      <div className="row spread">
        <div>
          <h1>{record.name}</h1>
          <p className="quiet">judged by {record.judge}</p>
        </div>
        <span className="row">
          <Button kind="primary" disabled={blind.isPending} onClick={() => blind.mutate()}>
            Judge these blind
          </Button>
          <Button onClick={() => take.mutate('csv')}>Export CSV</Button>
          <Button onClick={() => take.mutate('json')}>Export JSON</Button>
          <Button kind="quiet" onClick={() => change({ evaluation: undefined })}>
            All evaluations
          </Button>
        </span>
      </div>
      <Problem error={blind.error ?? take.error} />
      {record.summary === null ? (
        <p>
          {record.judged} of {record.pairs} pairs are judged.{' '}
          {record.kind === 'blind' && (
            <Button onClick={() => change({ evaluation: undefined, blind: id })}>Go on</Button>
          )}
        </p>
      ) : (
        <Result summary={record.summary} name={record.candidate ?? record.name} />
      )}
      {agreement.length > 0 && (
        <section>
          <h2>Agreement on the same pairs</h2>
          <table className="table narrow">
            <thead>
              <tr>
                <th>Judge</th>
                <th>Agree</th>
                <th>Cohen's kappa</th>
                <th>Pairs</th>
              </tr>
            </thead>
            <tbody>
              {agreement.map(({ judge, n, agreement: share, kappa }) => (
                <tr key={judge}>
                  <td>{judge}</td>
                  <td>{Math.round(100 * share)}%</td>
                  <td>{numberOf(kappa)}</td>
                  <td>{n}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <PairList data={data} />
    </div>
  )
}

function Result({ summary, name }: { summary: NonNullable<Pairs['record']['summary']>; name: string }) {
  const { winRate, interval, wins, ties, losses, n, prompts = n } = summary
  const { signTestP, lengthControlledWinRate, warnings } = summary
  return (
    <section className="result">
      <div className="row">
        <IntervalBar value={winRate} {...interval} label={`Win rate of ${name}`} />
        <p className="numbers win-rate">
          <b>{winRate.toFixed(1)}%</b> ({interval.low.toFixed(1)} to {interval.high.toFixed(1)})
        </p>
      </div>
      <p className="numbers">
        Of {n} pairs{prompts === n ? '' : ` on ${prompts} prompts`}, {wins} won, {ties} tied, {losses} lost;
        sign test over prompts p {signTestP < 0.001 ? '< 0.001' : signTestP.toFixed(3)}; at equal length{' '}
        {numberOf(lengthControlledWinRate)}%.
      </p>
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

function PairList({ data: { pairs, record } }: { data: Pairs }) {
  const [shown, setShown] = useState(shownAtOnce)
  return (
    <section>
      <h2>Pairs</h2>
      {pairs.slice(0, shown).map(({ id, prompt, outputA, outputB, verdicts }) => {
        const mean = verdicts.reduce((sum, { preference }) => sum + preference, 0) / verdicts.length
        return (
          <details key={id} className="pair">
            <summary>
              <b className="verdict">{verdicts.length === 0 ? '–' : wordsOf(mean)}</b>{' '}
              {prompt.at(-1)?.content.slice(0, 140)}
            </summary>
            <div className="sides">
              <div>
                <h3>{record.reference ?? 'A'}</h3>
                <p className="whole">{outputA}</p>
              </div>
              <div>
                <h3>{record.candidate ?? 'B'}, against it</h3>
                <p>
                  <DiffText before={outputA} after={outputB} />
                </p>
              </div>
            </div>
            <ul className="numbers quiet">
              {verdicts.map(({ judge, swapped, preference, elapsedMs, rawReply }, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: verdicts are only added
                <li key={i}>
                  {judge}: {wordsOf(preference)}, {swapped ? 'candidate' : 'reference'} shown first
                  {elapsedMs > 0 && `, ${(elapsedMs / 1000).toFixed(1)} s`} {rawReply}
                </li>
              ))}
            </ul>
          </details>
        )
      })}
      {shown < pairs.length && (
        <Button onClick={() => setShown(shown + shownAtOnce)}>{pairs.length - shown} more</Button>
      )}
    </section>
  )
}

function wordsOf(preference: number): string {
  if (preference === 0.5) return 'tie'
  return preference > 0.5 ? 'won' : 'lost'
}
