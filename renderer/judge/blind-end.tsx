/** The end of a blind session: the names, what the verdicts say in a sentence, and the way to the whole result. */
import { useQuery } from '@tanstack/react-query'
import type { EvaluationRecord } from '../../electron/contract/judge.ts'
import { claimedInterval, recordSentence, sidesOf } from '../../electron/contract/result-sentence.ts'
import { sessionSentences } from '../../electron/contract/summary-sentences.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { IntervalPlot } from '../charts/interval-plot.tsx'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { Sentence } from './sentence.tsx'

export function BlindEnd({ evaluation }: { evaluation: string }) {
  const project = useProject()
  const [, change] = usePlace()
  const { data, error, refetch } = useQuery({
    queryKey: ['evaluations', project, 'end', evaluation],
    queryFn: async () => (await host.judge.list({ project })).find(({ id }) => id === evaluation) ?? null,
  })
  const list = () => change({ blind: undefined })
  return (
    <div className="judging-end">
      <Problem error={error} onRetry={() => void refetch()} />
      {data && <Ending record={data} />}
      <div className="row wrap">
        {data?.summary && (
          <Button kind="primary" autoFocus onClick={() => change({ blind: undefined, evaluation })}>
            Show the result
          </Button>
        )}
        <Button onClick={list}>All evaluations</Button>
      </div>
    </div>
  )
}

function Ending({ record }: { record: EvaluationRecord }) {
  const { judged, pairs, summary, session } = record
  const title =
    judged < pairs ? `Stopped after ${judged} of ${pairs} pairs` : `All ${pairs} pairs are judged. Thank you.`
  if (summary === null)
    return (
      <>
        <h1 className="title">{title}</h1>
        <p className="second">Every pair was skipped, so there is no result.</p>
      </>
    )
  const { winRate, wins, ties, losses } = summary
  const interval = claimedInterval({ ...record, summary })
  return (
    <>
      <h1 className="title">{title}</h1>
      <Sentence parts={recordSentence({ ...record, summary })} />
      <div className="row wrap">
        <span className="judging-interval">
          <IntervalPlot value={winRate} {...interval} label={sidesOf(record).candidate} />
        </span>
        <span className="num second">
          95% interval {interval.low.toFixed(1)} to {interval.high.toFixed(1)}; {wins} won, {ties} tied,{' '}
          {losses} lost
        </span>
      </div>
      {session && (
        <ul className="second">
          {sessionSentences(session).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </>
  )
}
