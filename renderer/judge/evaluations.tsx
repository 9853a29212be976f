/** All evaluations with their win rates, the rating of all models, and what the newest experiment found. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/host.ts'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/place.ts'
import { useWork } from '../app/queries.ts'
import { IntervalBar } from '../charts/interval-bar.tsx'
import { Button, Empty, numberOf, Problem, Progress } from '../ui/kit.tsx'
import { Experiment } from './experiment.tsx'
import { NewEvaluation } from './new-evaluation.tsx'

export function Evaluations() {
  const project = useProject()
  const [, change] = usePlace()
  const [isNew, setNew] = useState(false)
  const list = useQuery({ queryKey: ['evaluations', project], queryFn: () => host.judging.list({ project }) })
  const ratings = useQuery({
    queryKey: ['ratings', project],
    queryFn: () => host.judging.ratings({ project }),
  })
  const going = useWork(project).filter(({ verb, endedAt }) => verb === 'judge' && endedAt === null)
  useKeys('Judge', [{ keys: 'n', does: 'new evaluation', run: () => setNew(true) }])
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Judge</h1>
        <Button kind="primary" onClick={() => setNew(true)}>
          New evaluation…
        </Button>
      </div>
      <Problem error={list.error ?? ratings.error} />
      {going.map(({ id, progress, secondsLeft }) => (
        <div key={id} className="row">
          {progress ? (
            <Progress label={progress.phase} {...progress} secondsLeft={secondsLeft} />
          ) : (
            <p>Judging begins…</p>
          )}
          <Button onClick={() => void host.work.stop({ id })}>Stop</Button>
        </div>
      ))}
      {list.data?.length === 0 ? (
        <Empty title="Nothing judged yet">
          <p>
            Two models answer the same held-out prompts; a judge says which answer is better, in both orders.
            Then you can judge the same pairs yourself, blind, and see how far you agree.
          </p>
          <div className="row">
            <Button kind="primary" onClick={() => setNew(true)}>
              Compare two models
            </Button>
            <Button onClick={() => goTo(project, 'runs', { new: 'sft' })}>Train one first</Button>
          </div>
        </Empty>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Compared</th>
              <th>Judge</th>
              <th>Win rate, 95% interval</th>
              <th>At equal length</th>
              <th>Pairs</th>
              <th>Flips</th>
            </tr>
          </thead>
          <tbody>
            {list.data?.map(({ id, name, kind, judge, summary, pairs, judged }) => (
              <tr key={id}>
                <td>
                  <Button kind="quiet" onClick={() => change({ evaluation: id })}>
                    {name}
                  </Button>
                </td>
                <td>
                  {judge}
                  {kind === 'blind' && ' (by hand, blind)'}
                </td>
                <td>
                  {summary ? (
                    <span className="row">
                      <IntervalBar value={summary.winRate} {...summary.interval} label={name} />
                      {numberOf(summary.winRate)}
                    </span>
                  ) : (
                    <Button onClick={() => change(kind === 'blind' ? { blind: id } : { evaluation: id })}>
                      {judged} of {pairs} judged{kind === 'blind' ? ': go on' : ''}
                    </Button>
                  )}
                </td>
                <td>{numberOf(summary?.lengthControlledWinRate)}</td>
                <td>{summary?.n ?? pairs}</td>
                <td>
                  {summary?.inconsistency === null || summary === null
                    ? '–'
                    : `${Math.round(100 * summary.inconsistency)}%`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {ratings.data?.reason && <p className="quiet">{ratings.data.reason}</p>}
      {ratings.data && ratings.data.ratings.length > 0 && (
        <section>
          <h2>Ratings</h2>
          <p className="quiet">
            Bradley–Terry over every verdict here, on Elo's scale: 1000 is the average model.
          </p>
          <table className="table narrow">
            <thead>
              <tr>
                <th>Model</th>
                <th>Rating</th>
                <th>95% interval</th>
                <th>Pairs</th>
              </tr>
            </thead>
            <tbody>
              {ratings.data.ratings.map(({ model, rating, low, high, pairs }) => (
                <tr key={model}>
                  <td>{model}</td>
                  <td>{Math.round(rating)}</td>
                  <td>
                    {Math.round(low)} – {Math.round(high)}
                  </td>
                  <td>{pairs}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Experiment />
      <NewEvaluation open={isNew} onClose={() => setNew(false)} />
    </div>
  )
}
