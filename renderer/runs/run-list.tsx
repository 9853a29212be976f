/** All runs, the newest first, and the work that waits; two or more can be set beside each other. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { describeVerb } from '../../electron/contract/verbs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { FailedWork } from '../app/failed-work.tsx'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { Button, Empty, Keys, numberOf, Problem, Progress, timeOf } from '../ui/kit.tsx'
import { kindOf } from './run-words.ts'

export function RunList() {
  const project = useProject()
  const [, change] = usePlace()
  const [chosen, setChosen] = useState<string[]>([])
  const [at, setAt] = useState(0)
  const going = useWork(project).filter(({ endedAt }) => endedAt === null)
  const { data: runs, error } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project }),
    refetchInterval: going.length > 0 ? 2000 : false,
  })
  const toggle = (id: string) =>
    setChosen((before) => (before.includes(id) ? before.filter((each) => each !== id) : [...before, id]))
  const move = (by: number) => {
    const next = Math.min(Math.max(at + by, 0), (runs?.length ?? 1) - 1)
    setAt(next)
    document.getElementById(`run-${next}`)?.focus()
  }
  const compare = () => chosen.length > 1 && change({ compare: chosen.join(',') })
  useKeys('Runs', [
    { keys: 'n', does: 'new run', run: () => change({ new: '' }) },
    { keys: 'j', does: 'next run', run: () => move(1) },
    { keys: 'k', does: 'previous run', run: () => move(-1) },
    { keys: 'x', does: 'choose for comparing', run: () => runs?.[at] && toggle(runs[at].id) },
    { keys: 'c', does: 'compare the chosen', run: compare },
  ])
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Runs</h1>
        <span className="row">
          <Button disabled={chosen.length < 2} onClick={compare}>
            Compare {chosen.length > 1 ? chosen.length : ''} <Keys keys="c" />
          </Button>
          <Button kind="primary" onClick={() => change({ new: '' })}>
            New run <Keys keys="n" />
          </Button>
        </span>
      </div>
      <Problem error={error} />
      <FailedWork project={project} isShown={(verb) => describeVerb(verb).trains} />
      <Queue work={going} />
      {runs?.length === 0 && (
        <Empty title="No runs yet">
          <p>
            A project's runs go in this order: SFT makes the policy that everything starts from; a reward
            model learns from your edits; PPO pays the policy that reward, token by token. DPO is the cheap
            baseline.
          </p>
          <Button kind="primary" onClick={() => change({ new: '' })}>
            Begin with SFT
          </Button>
        </Empty>
      )}
      {runs && runs.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th>
                <span className="unseen">Compare</span>
              </th>
              <th>Name</th>
              <th>Kind</th>
              <th>State</th>
              <th>Step</th>
              <th>Win rate</th>
              <th>KL</th>
              <th>Begun</th>
              <th>Curve</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run, i) => (
              <tr key={run.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Compare ${run.name}`}
                    checked={chosen.includes(run.id)}
                    onChange={() => toggle(run.id)}
                  />
                </td>
                <td>
                  <Button id={`run-${i}`} kind="quiet" onClick={() => change({ run: run.id })}>
                    {run.name}
                  </Button>
                  {run.branch && (
                    <span className="help">
                      from {run.branch.name} at step {run.branch.step}
                    </span>
                  )}
                </td>
                <td>{kindOf(run)}</td>
                <td>{run.state}</td>
                <td>{run.step ?? '–'}</td>
                <td>{numberOf(run.latest['judge/win_rate'])}</td>
                <td>{numberOf(run.latest['objective/kl'])}</td>
                <td>{timeOf(run.createdAt)}</td>
                <td>
                  <Sparkline values={run.spark} label={`Curve of ${run.name}`} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

/** What is going and what waits for its turn, in order. */
function Queue({ work }: { work: WorkRecord[] }) {
  if (work.length === 0) return null
  return (
    <section aria-label="Going and waiting" className="card">
      {[...work].reverse().map(({ id, verb, state, progress, secondsLeft, input }) => (
        <div key={id} className="row spread">
          <span>
            {verb} {typeof input.name === 'string' ? input.name : ''}{' '}
            {state === 'queued' && '· waits for its turn'}
          </span>
          {progress && <Progress label={progress.phase} {...progress} secondsLeft={secondsLeft} />}
          <Button onClick={() => void host.work.stop({ id })}>
            {state === 'queued' ? 'Take out' : 'Pause'}
          </Button>
        </div>
      ))}
    </section>
  )
}
