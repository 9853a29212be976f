/** One run: how it stands in words, its curves live, its samples, its log and settings. */
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { RunMark } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries, useWork } from '../app/queries.ts'
import { Button, Keys, Problem, Progress, timeOf } from '../ui/kit.tsx'
import { BranchDialog } from './branch-dialog.tsx'
import { RunCharts } from './run-charts.tsx'
import { RunSamples } from './run-samples.tsx'
import { kindOf, reasonOf, stateLine } from './run-words.ts'
import { useRun } from './use-run.ts'

const tabs = ['charts', 'samples', 'log', 'settings'] as const

export function RunPage({ run }: { run: string }) {
  const project = useProject()
  const [place, change] = usePlace()
  const { record, series, times, every, marks, branch, work, error } = useRun(run)
  const [stopped, setStopped] = useState(false)
  const tab = tabs.find((name) => name === place.tab) ?? 'charts'
  const resume = useMutation({
    mutationFn: () => host.work.start({ verb: 'resume', input: { project, run } }),
    onSuccess: () => {
      setStopped(false)
      void queries.invalidateQueries({ queryKey: ['run', project, run] })
    },
  })
  const pause = () => {
    setStopped(true)
    if (work) void host.work.stop({ id: work.id })
  }
  const [branching, setBranching] = useState(false)
  const canResume = record && !work && ['paused', 'failed', 'queued'].includes(record.state)
  useKeys('This run', [
    { keys: ' ', does: 'pause or go on', run: () => (work ? pause() : canResume && resume.mutate()) },
    { keys: 'b', does: 'branch from a checkpoint', run: () => setBranching(true) },
    {
      keys: 'Escape',
      does: 'back to the list',
      run: () => change({ run: undefined, tab: undefined, step: undefined }),
    },
    ...tabs.map((name, i) => ({ keys: String(i + 1), does: name, run: () => change({ tab: name }) })),
  ])
  const name = record?.name ?? ''
  const charted = useMemo(() => [{ name, series, times, every, marks }], [name, series, times, every, marks])
  if (!record) return <Problem error={error} />
  const latest = Object.fromEntries(
    Object.entries(series).map(([key, points]) => [key, points.at(-1)?.[1] ?? 0]),
  )
  const reason = reasonOf(record)
  return (
    <div className="stack">
      <div className="row spread">
        <div>
          <h1>{record.name}</h1>
          <p role="status">{stateLine(record, work, latest)}</p>
          {branch && (
            <p className="quiet">
              Branched from{' '}
              <Button kind="quiet" onClick={() => change({ run: branch.run })}>
                {branch.name}
              </Button>{' '}
              at step {branch.step}
            </p>
          )}
        </div>
        <span className="row">
          {work && (
            <Button onClick={pause} disabled={stopped}>
              {stopped ? 'Pausing with a checkpoint…' : 'Pause'} <Keys keys="Space" />
            </Button>
          )}
          {canResume && (
            <Button kind="primary" disabled={resume.isPending} onClick={() => resume.mutate()}>
              Go on <Keys keys="Space" />
            </Button>
          )}
          <Button onClick={() => setBranching(true)}>
            Branch… <Keys keys="b" />
          </Button>
          <Button onClick={() => change({ run: undefined, new: record.kind, like: run })}>
            New run like this
          </Button>
          <Button kind="quiet" onClick={() => change({ run: undefined, tab: undefined, step: undefined })}>
            All runs
          </Button>
        </span>
      </div>
      {reason && <p className="problem box">{reason}</p>}
      <Problem error={error ?? resume.error} />
      {work?.progress && work.progress.phase !== 'step' && (
        <Progress label={work.progress.phase} {...work.progress} secondsLeft={work.secondsLeft} />
      )}
      {branching && <BranchDialog record={record} onClose={() => setBranching(false)} />}
      <div role="tablist" className="row" aria-label="Of this run">
        {tabs.map((name) => (
          <button
            type="button"
            role="tab"
            key={name}
            aria-selected={tab === name}
            className="tab"
            onClick={() => change({ tab: name })}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={tab}>
        {tab === 'charts' && <RunCharts runs={charted} />}
        {tab === 'samples' && <RunSamples run={run} isGoing={work !== undefined} />}
        {tab === 'log' && <Log run={run} marks={marks} />}
        {tab === 'settings' && (
          <>
            <p>
              {kindOf(record)}, begun {timeOf(record.createdAt)}, made by {record.codeVersion}
            </p>
            <pre className="mono settings-json">{JSON.stringify(record.config, null, 2)}</pre>
          </>
        )}
      </div>
    </div>
  )
}

/** What the run's record keeps, and under it what the host has said of it since it began. */
function Log({ run, marks }: { run: string; marks: readonly RunMark[] }) {
  const notes = useWork().filter((work) => work.run === run)
  return (
    <>
      {marks.length === 0 && notes.length === 0 && (
        <p className="quiet">Pauses, tripwires and what the host says of the run are kept here.</p>
      )}
      {marks.length > 0 && (
        <table className="table" aria-label="What happened to the run">
          <tbody>
            {marks.map(({ step, kind, sentence, at }) => (
              <tr key={`${at} ${kind}`}>
                <th scope="row">step {step}</th>
                <td>{kind}</td>
                <td className={kind === 'tripwire' || kind === 'failed' ? 'problem' : undefined}>
                  {sentence}
                </td>
                <td>{timeOf(at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {notes.map(({ id, notes: sentences, error }) => (
        <ul key={id} className="numbers">
          {sentences.map((sentence, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added
            <li key={i}>{sentence}</li>
          ))}
          {error && <li className="problem">{error}</li>}
        </ul>
      ))}
    </>
  )
}
