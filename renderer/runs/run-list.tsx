/** All runs with what waits to be trained: searched, sorted, compared, and changed from their rows. */
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { runKindNames, runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { ListedRun } from '../../electron/contract/runs.ts'
import { describeVerb } from '../../electron/contract/verbs.ts'
import { Bar } from '../app/bar.tsx'
import { host } from '../app/connection.ts'
import { FailedWork } from '../app/failed-work.tsx'
import { useKeys } from '../app/keys.ts'
import { goTo, usePlace, useProject } from '../app/navigation.ts'
import { queries, useWork } from '../app/queries.ts'
import { Banner } from '../ui/banner.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Input } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { Menu } from '../ui/menu.tsx'
import { Problem } from '../ui/problem.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { BranchDialog } from './branch-dialog.tsx'
import { EditRunDialog, RemoveRunsDialog } from './run-dialogs.tsx'
import { filteredRuns, readSorting, sortedRuns, writeSorting } from './run-rows.ts'
import { columnNames, columnTitles, RunTable, readColumns } from './run-table.tsx'
import { isTraining } from './run-words.ts'

export type ListDialog = { kind: 'edit' | 'branch'; run: ListedRun } | { kind: 'remove'; runs: ListedRun[] }

export function RunList() {
  const project = useProject()
  const [place, change] = usePlace()
  const active = useWork(project).filter((job) => job.endedAt === null && isTraining(job))
  const { data: runs, error } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project }),
    refetchInterval: active.length > 0 ? 2000 : false,
  })
  const [dialog, setDialog] = useState<ListDialog | null>(null)
  const search = useRef<HTMLInputElement>(null)
  const found = filteredRuns(runs ?? [], { search: place.q ?? '', kind: place.kind })
  const shown = sortedRuns(found, readSorting(place.sorted))
  const selection = useSelection(shown, () => search.current?.focus(), setDialog)
  return (
    <>
      <Bar title="Runs" beside={<span className="quiet num">{runs?.length}</span>}>
        <ListControls />
        <Button kind="primary" icon="add" keys="n" onClick={() => change({ new: '' })}>
          New run
        </Button>
      </Bar>
      <div className="scroll runs-list">
        <Problem error={error} />
        <FailedWork project={project} isShown={(verb) => describeVerb(verb).trains} />
        <Alerts runs={runs ?? []} />
        <div className="tools">
          {selection.selected.length > 0 ? (
            <SelectionTools selection={selection} onOpen={setDialog} />
          ) : (
            <Input
              ref={search}
              type="search"
              aria-label="Search runs"
              placeholder="Search names, notes and tags"
              className="runs-search"
              before={<Icon name="search" />}
              value={place.q ?? ''}
              onChange={({ target }) => change({ q: target.value || undefined }, { replace: true })}
            />
          )}
        </div>
        {!runs && !error && <Skeleton label="Loading the runs" widths={[96, 94, 96, 95]} />}
        {runs?.length === 0 && active.length === 0 && <NoRuns onStart={() => change({ new: '' })} />}
        {runs && runs.length + active.length > 0 && (
          <RunTable
            runs={shown}
            jobs={active}
            selection={selection}
            sorting={readSorting(place.sorted)}
            onSort={(sorting) => change({ sorted: writeSorting(sorting) }, { replace: true })}
            columns={readColumns(place.cols)}
            onOpen={setDialog}
          />
        )}
        {runs && runs.length > 0 && found.length === 0 && (
          <p className="quiet pad">
            No run matches.{' '}
            <Button onClick={() => change({ q: undefined, kind: undefined })}>Show all</Button>
          </p>
        )}
      </div>
      <ListDialogs dialog={dialog} onClose={() => setDialog(null)} onRemoved={selection.clear} />
    </>
  )
}

function ListDialogs({
  dialog,
  onClose,
  onRemoved,
}: {
  dialog: ListDialog | null
  onClose: () => void
  onRemoved: () => void
}) {
  if (dialog === null) return null
  if ('runs' in dialog) return <RemoveRunsDialog runs={dialog.runs} onClose={onClose} onRemoved={onRemoved} />
  if (dialog.kind === 'edit') return <EditRunDialog run={dialog.run} onClose={onClose} />
  return <BranchDialog record={dialog.run} onClose={onClose} />
}

const allKinds = 'all'

function ListControls() {
  const [place, change] = usePlace()
  const columns = readColumns(place.cols)
  const kinds = runKindNames.map((value) => ({ value: value as string, text: runKinds[value].title }))
  const toggle = (name: (typeof columnNames)[number]) => {
    const next = columnNames.filter((each) =>
      each === name ? !columns.includes(each) : columns.includes(each),
    )
    change({ cols: next.join() }, { replace: true })
  }
  return (
    <>
      <Select
        label="Kinds"
        isBare
        value={place.kind ?? allKinds}
        options={[{ value: allKinds, text: 'All kinds' }, ...kinds]}
        onChange={(kind) => change({ kind: kind === allKinds ? undefined : kind }, { replace: true })}
      />
      <Menu
        align="end"
        trigger={<IconButton icon="adjust" label="Columns" />}
        entries={columnNames.map((name) => ({
          text: columnTitles[name],
          isChecked: columns.includes(name),
          run: () => toggle(name),
        }))}
      />
    </>
  )
}

export type Selection = ReturnType<typeof useSelection>

/** Which runs are selected, and the keys of the list. */
function useSelection(
  runs: readonly ListedRun[],
  onSearch: () => void,
  onOpen: (dialog: ListDialog) => void,
) {
  const [, change] = usePlace()
  const [ids, setIds] = useState<string[]>([])
  const [focused, setFocused] = useState(0)
  const selected = runs.filter(({ id }) => ids.includes(id))
  const toggle = (id: string) =>
    setIds((before) => (before.includes(id) ? before.filter((each) => each !== id) : [...before, id]))
  const clear = () => setIds([])
  const move = (by: number) => {
    const next = Math.min(Math.max(focused + by, 0), Math.max(runs.length - 1, 0))
    setFocused(next)
    document.getElementById(`run-${next}`)?.focus()
  }
  const compare = () => selected.length > 1 && change({ compare: selected.map(({ id }) => id).join(',') })
  const current = runs[focused]
  const targets = selected.length > 0 ? selected : current ? [current] : []
  const remove = () =>
    targets.length > 0 &&
    targets.every(({ state }) => state !== 'running') &&
    onOpen({ kind: 'remove', runs: targets })
  useKeys('Runs', [
    { keys: 'n', does: 'new run', run: () => change({ new: '' }) },
    { keys: '/', does: 'search runs', run: onSearch },
    { keys: 'j', does: 'next run', run: () => move(1) },
    { keys: 'k', does: 'previous run', run: () => move(-1) },
    { keys: 'x', does: 'select the run', run: () => current && toggle(current.id) },
    { keys: 'c', does: 'compare selected runs', run: compare },
    { keys: 'r', does: 'name, note and tags', run: () => current && onOpen({ kind: 'edit', run: current }) },
    { keys: 'Delete', does: 'remove runs', run: remove },
    { keys: 'Escape', does: 'clear the selection', run: clear },
  ])
  const selectAll = () => setIds(selected.length === runs.length ? [] : runs.map(({ id }) => id))
  return { selected, toggle, compare, clear, remove, selectAll, setFocused }
}

function SelectionTools({
  selection: { selected, compare, clear, remove },
  onOpen,
}: {
  selection: Selection
  onOpen: (dialog: ListDialog) => void
}) {
  const project = useProject()
  const [only] = selected
  const models = selected.flatMap(({ state, kind, config, name }) =>
    state === 'done' && kind !== 'reward' ? [config.modelName ?? name] : [],
  )
  return (
    <>
      <span className="medium num" role="status">
        {selected.length} selected
      </span>
      <Button isSmall icon="compare" keys="c" disabled={selected.length < 2} onClick={compare}>
        Compare
      </Button>
      <Button
        kind="quiet"
        isSmall
        icon="judge"
        disabled={models.length !== 2}
        onClick={() => goTo(project, 'judge', { new: '1', reference: models[1], candidate: models[0] })}
      >
        Judge against each other
      </Button>
      {selected.length === 1 && only && (
        <Button kind="quiet" isSmall icon="rename" onClick={() => onOpen({ kind: 'edit', run: only })}>
          Name, note and tags…
        </Button>
      )}
      <Button
        kind="quiet"
        isSmall
        icon="remove"
        keys="Delete"
        disabled={selected.some(({ state }) => state === 'running')}
        onClick={remove}
      >
        Remove…
      </Button>
      <Button kind="quiet" isSmall keys="Escape" onClick={clear}>
        Clear
      </Button>
    </>
  )
}

/** Runs that paused on their own, until someone looks at them. */
function Alerts({ runs }: { runs: readonly ListedRun[] }) {
  const project = useProject()
  const [, change] = usePlace()
  const dismiss = async (run: string) => {
    await host.runs.see({ project, run })
    void queries.invalidateQueries({ queryKey: ['runs', project] })
  }
  return runs.flatMap(({ id, name, alert, best }) =>
    alert === null
      ? []
      : [
          <Banner
            key={id}
            kind="warn"
            icon="paused"
            title={`${name} paused itself at step ${alert.step}`}
            actions={
              <>
                <Button isSmall onClick={() => change({ run: id })}>
                  View
                </Button>
                <IconButton
                  icon="close"
                  label={`Dismiss the pause of ${name}`}
                  isSmall
                  onClick={() => void dismiss(id)}
                />
              </>
            }
          >
            <p>
              {alert.sentence}
              {best && ` Its best checkpoint is step ${best.step}, at ${best.winRate.toFixed(1)}%.`}
            </p>
          </Banner>,
        ],
  )
}

function NoRuns({ onStart }: { onStart: () => void }) {
  return (
    <Empty
      title="No runs yet"
      icon="runs"
      action={
        <Button kind="primary" onClick={onStart}>
          Start with SFT
        </Button>
      }
    >
      <p>
        Runs build on each other: SFT trains the initial policy, a reward model learns from your edits, and
        PPO trains the policy on those rewards. DPO is a baseline without a reward model.
      </p>
    </Empty>
  )
}
