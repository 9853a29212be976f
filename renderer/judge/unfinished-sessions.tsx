/** Blind sessions that were paused: how far each has got, and the way back into it. */
import type { EvaluationRecord } from '../../electron/contract/judge.ts'
import { usePlace } from '../app/navigation.ts'
import { Button } from '../ui/button.tsx'
import { timeOf } from '../ui/format.ts'
import { ProgressRule } from '../ui/progress.tsx'

export function UnfinishedSessions({ list }: { list: readonly EvaluationRecord[] }) {
  const [, change] = usePlace()
  const unfinished = list.filter(({ kind, summary }) => kind === 'blind' && summary === null)
  if (unfinished.length === 0) return null
  return (
    <section className="unfinished" aria-label="Unfinished sessions">
      <h2 className="subtitle">Unfinished sessions</h2>
      <ul>
        {unfinished.map(({ id, name, judge, judged, pairs, createdAt }) => (
          <li key={id}>
            <span className="cut">
              {name}{' '}
              <span className="quiet">
                by {judge}, begun {timeOf(createdAt)}
              </span>
            </span>
            <span className="row num second">
              {judged} of {pairs}
              <ProgressRule label={`Pairs judged of ${name}`} done={judged} total={pairs} />
            </span>
            <Button isSmall aria-label={`Resume ${name}`} onClick={() => change({ blind: id })}>
              Resume
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
