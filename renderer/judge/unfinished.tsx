/** What was begun and not finished: how far each has got, and the way back into it. */
import { useMutation } from '@tanstack/react-query'
import type { EvaluationRecord } from '../../electron/contract/judge.ts'
import { StartWork, type WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { Button } from '../ui/button.tsx'
import { timeOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { ProgressRule } from '../ui/progress.tsx'

/** Blind sessions that were paused, and automatic evaluations that nothing works on any more. */
export function Unfinished({ list }: { list: readonly EvaluationRecord[] }) {
  const project = useProject()
  const work = useWork(project)
  const unfinished = list.filter(
    (record) => isPausedSession(record) || (record.canResume && !isJudged(record, work)),
  )
  if (unfinished.length === 0) return null
  return (
    <section className="unfinished" aria-label="Unfinished">
      <h2 className="subtitle">Unfinished</h2>
      <ul>
        {unfinished.map((record) => (
          <Row key={record.id} record={record} />
        ))}
      </ul>
    </section>
  )
}

function isPausedSession({ kind, summary }: EvaluationRecord): boolean {
  return kind === 'blind' && summary === null
}

/** Whether a job judges it at this moment. */
export function isJudged({ id }: Pick<EvaluationRecord, 'id'>, work: readonly WorkRecord[]): boolean {
  return work.some(({ evaluation, endedAt }) => evaluation === id && endedAt === null)
}

function Row({ record }: { record: EvaluationRecord }) {
  const { name, judge, judged, pairs, createdAt } = record
  const { resume, error } = useResume(record)
  return (
    <li>
      <span className="cut">
        {name}{' '}
        <span className="quiet">
          by {judge}, begun {timeOf(createdAt)}
        </span>
      </span>
      <span className="row num second">
        {pairs === 0 ? (
          'not all answers are sampled'
        ) : (
          <>
            {judged} of {pairs}
            <ProgressRule label={`Pairs judged of ${name}`} done={judged} total={pairs} />
          </>
        )}
      </span>
      <Button isSmall aria-label={`Resume ${name}`} onClick={resume}>
        Resume
      </Button>
      <Problem error={error} />
    </li>
  )
}

/** Opens a person's session; starts the work of an automatic evaluation, which keeps what it has. */
export function useResume({ id, kind }: Pick<EvaluationRecord, 'id' | 'kind'>) {
  const project = useProject()
  const [, change] = usePlace()
  const start = useMutation({
    mutationFn: () =>
      host.work.start(StartWork.parse({ verb: 'resume-judge', input: { project, evaluation: id } })),
    onSuccess: () => change({ evaluation: undefined, against: undefined }),
  })
  const resume = () =>
    kind === 'blind' ? change({ evaluation: undefined, against: undefined, blind: id }) : start.mutate()
  return { resume, error: start.error }
}
