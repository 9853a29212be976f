/** One run: what one opens it for in a band, its live curves, its samples on the same page, its log and settings. */
import { useEffect, useMemo, useState } from 'react'
import type { RunRecord } from '../../electron/contract/run-record.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { LinkProblem } from '../app/view-problem.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { Badge } from '../ui/state.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { BranchDialog } from './branch-dialog.tsx'
import { ChartControls } from './chart-controls.tsx'
import { ExportMetricsDialog } from './export-metrics-dialog.tsx'
import { limitsOf } from './outcomes.ts'
import { type PageDialog, RunActions } from './run-actions.tsx'
import { metricKeys, RunCharts } from './run-charts.tsx'
import { EditRunDialog, RemoveRunsDialog } from './run-dialogs.tsx'
import { RunLog } from './run-log.tsx'
import { RunSamples } from './run-samples.tsx'
import { changedCount, RunSettings } from './run-settings.tsx'
import { kindOf, reasonOf } from './run-words.ts'
import { StateBand } from './state-band.tsx'
import { useControl } from './use-control.ts'
import { type LiveRun, useRun } from './use-run.ts'

const tabs = [
  { name: 'charts', title: 'Overview' },
  { name: 'curves', title: 'All curves' },
  { name: 'samples', title: 'Samples' },
  { name: 'log', title: 'Log' },
  { name: 'settings', title: 'Settings' },
] as const
type Tab = (typeof tabs)[number]['name']

/** The address of the list of runs. */
const listPlace = { run: undefined, tab: undefined, step: undefined, zoom: undefined }

export function RunPage({ run }: { run: string }) {
  const [place, change] = usePlace()
  const live = useRun(run)
  const { record, error, branch } = live
  const control = useControl(run, live)
  const [dialog, setDialog] = useState<PageDialog | null>(null)
  const tab = tabs.find(({ name }) => name === place.tab)?.name ?? 'charts'
  const openTab = (name: Tab) => change({ tab: name })
  const toList = () => change(listPlace)
  useSeen(record)
  useKeys('This run', [
    { keys: ' ', does: 'pause or resume', run: control.toggle },
    { keys: 'b', does: 'branch from a checkpoint', run: () => setDialog('branch') },
    { keys: 'e', does: 'export metrics', run: () => setDialog('export') },
    { keys: 'r', does: 'name, note and tags', run: () => setDialog('edit') },
    { keys: 'Escape', does: 'back to the list', run: toList },
    ...tabs.map(({ name, title }, i) => ({ keys: String(i + 1), does: title, run: () => openTab(name) })),
  ])
  const crumbs = [{ text: 'Runs', open: toList }]
  if (!record)
    return (
      <LinkProblem what="run" error={error} back={{ label: 'All runs', go: toList }} onRetry={live.retry} />
    )
  return (
    <>
      <Bar title={record.name} crumbs={crumbs} beside={<Badge>{kindOf(record)}</Badge>}>
        <RunActions record={record} control={control} onOpen={setDialog} />
      </Bar>
      <div className="scroll">
        <Notices record={record} live={live} error={error ?? control.error} />
        <StateBand record={record} live={live} onBranch={() => setDialog('branch')} />
        {branch && <BranchLine branch={branch} />}
        <TabRow tab={tab} record={record} live={live} onOpen={openTab} />
        <div role="tabpanel" aria-label={tabs.find(({ name }) => name === tab)!.title}>
          <TabContent tab={tab} record={record} live={live} />
        </div>
      </div>
      <PageDialogs dialog={dialog} record={record} live={live} onClose={() => setDialog(null)} />
    </>
  )
}

/** A run that paused on its own says so in the list until its page was opened. */
function useSeen(record: RunRecord | undefined): void {
  const project = useProject()
  const paused = record?.state === 'paused' ? record.id : null
  useEffect(() => {
    if (paused === null) return
    void host.runs
      .see({ project, run: paused })
      .then(() => queries.invalidateQueries({ queryKey: ['runs', project] }))
  }, [project, paused])
}

function Notices({ record, live, error }: { record: RunRecord; live: LiveRun; error: unknown }) {
  const reason = live.work ? null : reasonOf(record)
  if (!reason && !error && !live.note && live.tags.length === 0) return null
  return (
    <div className="run-notices">
      {reason && (
        <Banner kind={record.state === 'failed' ? 'bad' : 'warn'} title={reason}>
          {record.state === 'paused' && <p>Resume it, or branch from a checkpoint with other settings.</p>}
        </Banner>
      )}
      <Problem error={error} />
      {(live.note || live.tags.length > 0) && (
        <p className="row wrap">
          {live.tags.map((tag) => (
            <Badge key={tag} icon="tag">
              {tag}
            </Badge>
          ))}
          <span className="second whole">{live.note}</span>
        </p>
      )}
    </div>
  )
}

function BranchLine({ branch }: { branch: NonNullable<LiveRun['branch']> }) {
  const [, change] = usePlace()
  return (
    <p className="charts-note quiet">
      Branched from{' '}
      <Button kind="quiet" isSmall onClick={() => change({ run: branch.run, zoom: undefined })}>
        {branch.name}
      </Button>{' '}
      at step {branch.step}
    </p>
  )
}

function TabRow({
  tab,
  record,
  live,
  onOpen,
}: {
  tab: Tab
  record: RunRecord
  live: LiveRun
  onOpen: (tab: Tab) => void
}) {
  const changed = useMemo(() => changedCount(record), [record])
  const counts: Partial<Record<Tab, number>> = {
    curves: Object.keys(live.series).length,
    log: live.marks.length,
    settings: changed,
  }
  const counted = tabs.map((each) => ({ ...each, count: counts[each.name] || undefined }))
  return (
    <div className="tab-row">
      <Tabs label="Parts of this run" tabs={counted} selected={tab} onSelect={onOpen} />
      {(tab === 'charts' || tab === 'curves') && <ChartControls hasTimes={live.times.length > 0} />}
    </div>
  )
}

function TabContent({ tab, record, live }: { tab: Tab; record: RunRecord; live: LiveRun }) {
  const { id, name } = record
  const { series, times, every, marks, heldout, work } = live
  const charted = useMemo(
    () => [{ name, series, times, every, marks, heldout }],
    [name, series, times, every, marks, heldout],
  )
  const limits = useMemo(() => limitsOf(record, series), [record, series])
  const samples = <RunSamples run={id} isActive={work !== undefined} />
  switch (tab) {
    case 'charts':
      return (
        <>
          <RunCharts runs={charted} limits={limits} />
          {record.kind === 'ppo' && metricKeys(charted).length > 0 && samples}
        </>
      )
    case 'curves':
      return <RunCharts runs={charted} limits={limits} isWhole />
    case 'samples':
      return samples
    case 'log':
      return <RunLog run={id} marks={marks} />
    case 'settings':
      return <RunSettings record={record} />
  }
}

function PageDialogs({
  dialog,
  record,
  live: { note, tags },
  onClose,
}: {
  dialog: PageDialog | null
  record: RunRecord
  live: LiveRun
  onClose: () => void
}) {
  const [, change] = usePlace()
  switch (dialog) {
    case 'branch':
      return <BranchDialog record={record} onClose={onClose} />
    case 'export':
      return <ExportMetricsDialog record={record} onClose={onClose} />
    case 'edit':
      return <EditRunDialog run={{ id: record.id, name: record.name, note, tags }} onClose={onClose} />
    case 'remove':
      return <RemoveRunsDialog runs={[record]} onClose={onClose} onRemoved={() => change(listPlace)} />
    case null:
      return null
  }
}
