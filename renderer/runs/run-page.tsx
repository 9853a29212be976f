/** One run: its state in words, its live curves, its samples, its log and settings. */
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { timeOf } from '../ui/format.ts'
import { Keys } from '../ui/keys.tsx'
import { Problem } from '../ui/problem.tsx'
import { Progress } from '../ui/progress.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { BranchDialog } from './branch-dialog.tsx'
import { ExportMetricsDialog } from './export-metrics-dialog.tsx'
import { RunCharts } from './run-charts.tsx'
import { RunLog } from './run-log.tsx'
import { RunSamples } from './run-samples.tsx'
import { kindOf, reasonOf, stateLine } from './run-words.ts'
import { type LiveRun, useRun } from './use-run.ts'

const tabs = [
  { name: 'charts', title: 'Charts' },
  { name: 'samples', title: 'Samples' },
  { name: 'log', title: 'Log' },
  { name: 'settings', title: 'Settings' },
] as const
type Tab = (typeof tabs)[number]['name']

/** The address of the list of runs. */
const listPlace = { run: undefined, tab: undefined, step: undefined }

export function RunPage({ run }: { run: string }) {
  const [place, change] = usePlace()
  const live = useRun(run)
  const { record, work, error } = live
  const control = useControl(run, live)
  const [isBranching, setBranching] = useState(false)
  const [isExporting, setExporting] = useState(false)
  const tab = tabs.find(({ name }) => name === place.tab)?.name ?? 'charts'
  const openTab = (name: Tab) => change({ tab: name })
  useKeys('This run', [
    { keys: ' ', does: 'pause or resume', run: control.toggle },
    { keys: 'b', does: 'branch from a checkpoint', run: () => setBranching(true) },
    { keys: 'e', does: 'export metrics', run: () => setExporting(true) },
    { keys: 'Escape', does: 'back to the list', run: () => change(listPlace) },
    ...tabs.map(({ name }, i) => ({ keys: String(i + 1), does: name, run: () => openTab(name) })),
  ])
  if (!record) {
    const back = { label: 'All runs', go: () => change(listPlace) }
    return <LinkProblem what="run" error={error} back={back} onRetry={live.retry} />
  }
  const reason = reasonOf(record)
  return (
    <div className="col">
      <div className="row wrap between">
        <RunTitle record={record} live={live} />
        <RunActions
          record={record}
          control={control}
          onBranch={() => setBranching(true)}
          onExport={() => setExporting(true)}
        />
      </div>
      {reason && <Banner kind="bad" title={reason} />}
      <Problem error={error ?? control.error} />
      {work?.progress && work.progress.phase !== 'step' && (
        <Progress label={work.progress.phase} {...work.progress} secondsLeft={work.secondsLeft} />
      )}
      {isBranching && <BranchDialog record={record} onClose={() => setBranching(false)} />}
      {isExporting && <ExportMetricsDialog record={record} onClose={() => setExporting(false)} />}
      <Tabs label="Parts of this run" tabs={tabs} selected={tab} onSelect={openTab} />
      <div role="tabpanel" aria-label={tab}>
        <TabContent tab={tab} record={record} live={live} />
      </div>
    </div>
  )
}

interface Control {
  canPause: boolean
  canResume: boolean
  isPausing: boolean
  isResuming: boolean
  error: unknown
  pause(): void
  resume(): void
  toggle(): void
}

const resumableStates: readonly string[] = ['paused', 'failed', 'queued']

function useControl(run: string, { record, work }: LiveRun): Control {
  const project = useProject()
  const [isPausing, setPausing] = useState(false)
  const start = useMutation({
    mutationFn: () => host.work.start({ verb: 'resume', input: { project, run } }),
    onSuccess: () => {
      setPausing(false)
      void queries.invalidateQueries({ queryKey: ['run', project, run] })
    },
  })
  const canResume = record !== undefined && !work && resumableStates.includes(record.state)
  const pause = () => {
    setPausing(true)
    if (work) void host.work.stop({ id: work.id })
  }
  return {
    canPause: work !== undefined,
    canResume,
    isPausing,
    isResuming: start.isPending,
    error: start.error,
    pause,
    resume: () => start.mutate(),
    toggle() {
      if (work) pause()
      else if (canResume) start.mutate()
    },
  }
}

function RunTitle({ record, live: { series, work, branch } }: { record: RunRecord; live: LiveRun }) {
  const [, change] = usePlace()
  const latest = Object.fromEntries(
    Object.entries(series).map(([key, points]) => [key, points.at(-1)?.[1] ?? 0]),
  )
  return (
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
  )
}

function RunActions({
  record,
  control,
  onBranch,
  onExport,
}: {
  record: RunRecord
  control: Control
  onBranch: () => void
  onExport: () => void
}) {
  const [, change] = usePlace()
  return (
    <span className="row wrap">
      {control.canPause && (
        <Button onClick={control.pause} disabled={control.isPausing}>
          {control.isPausing ? 'Saving a checkpoint…' : 'Pause'} <Keys keys="Space" />
        </Button>
      )}
      {control.canResume && (
        <Button kind="primary" disabled={control.isResuming} onClick={control.resume}>
          Resume <Keys keys="Space" />
        </Button>
      )}
      <Button onClick={onBranch}>
        Branch… <Keys keys="b" />
      </Button>
      <Button onClick={onExport}>
        Export… <Keys keys="e" />
      </Button>
      <Button onClick={() => change({ run: undefined, new: record.kind, like: record.id })}>Duplicate</Button>
      <Button kind="quiet" onClick={() => change(listPlace)}>
        All runs
      </Button>
    </span>
  )
}

function TabContent({ tab, record, live }: { tab: Tab; record: RunRecord; live: LiveRun }) {
  const { id, name } = record
  const { series, times, every, marks, work } = live
  const charted = useMemo(() => [{ name, series, times, every, marks }], [name, series, times, every, marks])
  switch (tab) {
    case 'charts':
      return <RunCharts runs={charted} />
    case 'samples':
      return <RunSamples run={id} isActive={work !== undefined} />
    case 'log':
      return <RunLog run={id} marks={marks} />
    case 'settings':
      return <RunSettings record={record} />
  }
}

function RunSettings({ record }: { record: RunRecord }) {
  return (
    <>
      <p>
        {kindOf(record)}, started {timeOf(record.createdAt)}, Stet {record.codeVersion}
      </p>
      <pre className="code settings-json">{JSON.stringify(record.config, null, 2)}</pre>
    </>
  )
}
