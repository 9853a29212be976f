/** All runs, the newest first, and the jobs that are active or queued; two or more runs can be compared. */
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
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { numberOf, timeOf } from '../ui/format.ts'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { kindOf } from './run-words.ts'

type ListedRun = Awaited<ReturnType<typeof host.runs.list>>[number]

export function RunList() {
  const project = useProject()
  const [, change] = usePlace()
  const active = useWork(project).filter(({ endedAt }) => endedAt === null)
  const { data: runs, error } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project }),
    refetchInterval: active.length > 0 ? 2000 : false,
  })
  const { selected, toggle, compare } = useSelection(runs ?? [])
  const startNew = () => change({ new: '' })
  return (
    <div className="col">
      <div className="row wrap between">
        <h1>Runs</h1>
        <span className="row wrap">
          <Button disabled={selected.length < 2} onClick={compare}>
            Compare {selected.length > 1 ? selected.length : ''} <Keys keys="c" />
          </Button>
          <Button kind="primary" onClick={startNew}>
            New run <Keys keys="n" />
          </Button>
        </span>
      </div>
      <Problem error={error} />
      <FailedWork project={project} isShown={(verb) => describeVerb(verb).trains} />
      <Queue jobs={active} />
      {runs?.length === 0 && <NoRuns onStart={startNew} />}
      {runs && runs.length > 0 && <RunTable runs={runs} selected={selected} onToggle={toggle} />}
    </div>
  )
}

/** Which runs are selected for a comparison, and the keys of the list. */
function useSelection(runs: readonly ListedRun[]) {
  const [, change] = usePlace()
  const [selected, setSelected] = useState<string[]>([])
  const [focused, setFocused] = useState(0)
  const toggle = (id: string) =>
    setSelected((before) => (before.includes(id) ? before.filter((each) => each !== id) : [...before, id]))
  const move = (by: number) => {
    const next = Math.min(Math.max(focused + by, 0), Math.max(runs.length - 1, 0))
    setFocused(next)
    document.getElementById(`run-${next}`)?.focus()
  }
  const compare = () => selected.length > 1 && change({ compare: selected.join(',') })
  useKeys('Runs', [
    { keys: 'n', does: 'new run', run: () => change({ new: '' }) },
    { keys: 'j', does: 'next run', run: () => move(1), repeats: true },
    { keys: 'k', does: 'previous run', run: () => move(-1), repeats: true },
    { keys: 'x', does: 'select for comparison', run: () => runs[focused] && toggle(runs[focused].id) },
    { keys: 'c', does: 'compare selected runs', run: compare },
  ])
  return { selected, toggle, compare }
}

function NoRuns({ onStart }: { onStart: () => void }) {
  return (
    <Empty title="No runs yet">
      <p>
        Runs build on each other: SFT trains the initial policy, a reward model learns from your edits, and
        PPO trains the policy on those rewards. DPO is a baseline without a reward model.
      </p>
      <Button kind="primary" onClick={onStart}>
        Start with SFT
      </Button>
    </Empty>
  )
}

const heads = ['Name', 'Kind', 'State', 'Step', 'Win rate', 'KL', 'Started', 'Curve']

function RunTable({
  runs,
  selected,
  onToggle,
}: {
  runs: readonly ListedRun[]
  selected: readonly string[]
  onToggle: (id: string) => void
}) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>
            <span className="unseen">Compare</span>
          </th>
          {heads.map((head) => (
            <th key={head}>{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run, i) => (
          <tr key={run.id}>
            <td>
              <input
                type="checkbox"
                aria-label={`Compare ${run.name}`}
                checked={selected.includes(run.id)}
                onChange={() => onToggle(run.id)}
              />
            </td>
            <RunCells run={run} buttonId={`run-${i}`} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function RunCells({ run, buttonId }: { run: ListedRun; buttonId: string }) {
  const [, change] = usePlace()
  return (
    <>
      <td>
        <Button id={buttonId} kind="quiet" className="opens" onClick={() => change({ run: run.id })}>
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
    </>
  )
}

/** Active and queued jobs, in order. */
function Queue({ jobs }: { jobs: readonly WorkRecord[] }) {
  if (jobs.length === 0) return null
  return (
    <section aria-label="Active and queued" className="card">
      {[...jobs].reverse().map(({ id, verb, state, progress, secondsLeft, input }) => (
        <div key={id} className="row wrap between">
          <span>
            {verb} {typeof input.name === 'string' ? input.name : ''} {state === 'queued' && '· queued'}
          </span>
          {progress && <Progress label={progress.phase} {...progress} secondsLeft={secondsLeft} />}
          <Button onClick={() => void host.work.stop({ id })}>
            {state === 'queued' ? 'Remove' : 'Pause'}
          </Button>
        </div>
      ))}
    </section>
  )
}
