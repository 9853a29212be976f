/** The table of runs: a row for each, before them one for each job that has no run yet. */
import type { ListedRun } from '../../electron/contract/runs.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from '../app/connection.ts'
import { nameOfJob } from '../app/name-of-job.ts'
import { usePlace, useProject } from '../app/navigation.ts'
import { queries } from '../app/queries.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { durationOf, numberOf, timeOf } from '../ui/format.ts'
import { Menu } from '../ui/menu.tsx'
import { PageTurner, usePages } from '../ui/pages.tsx'
import { Badge, State } from '../ui/state.tsx'
import { SortHead } from '../ui/table.tsx'
import type { ListDialog, Selection } from './run-list.tsx'
import { type Sorting, type SortKey, stepWords } from './run-rows.ts'
import { kindOf, reasonOf, stageOf, stateOf } from './run-words.ts'

/** Columns that can be hidden, in their order. */
export const columnNames = [
  'kind',
  'state',
  'step',
  'winRate',
  'kl',
  'trend',
  'time',
  'started',
  'tags',
  'note',
] as const
type Column = (typeof columnNames)[number]

export const columnTitles: Record<Column, string> = {
  kind: 'Kind',
  state: 'State',
  step: 'Step',
  winRate: 'Win rate, %',
  kl: 'KL',
  trend: 'Trend',
  time: 'Time',
  started: 'Started',
  tags: 'Tags',
  note: 'Note',
}

const defaultColumns = 'kind,state,step,winRate,kl,trend,time,tags'
const numbers: readonly Column[] = ['step', 'winRate', 'kl']
/** Hidden where the view is narrow. */
const rare: readonly Column[] = ['time', 'started', 'tags', 'note', 'kind', 'trend']

export function readColumns(text: string | undefined): Column[] {
  const named = (text ?? defaultColumns).split(',')
  return columnNames.filter((name) => named.includes(name))
}

export function RunTable({
  runs,
  jobs,
  selection,
  sorting,
  onSort,
  columns,
  onOpen,
}: {
  runs: readonly ListedRun[]
  /** What trains or waits to. */
  jobs: readonly WorkRecord[]
  selection: Selection
  sorting: Sorting
  onSort: (sorting: Sorting) => void
  columns: readonly Column[]
  onOpen: (dialog: ListDialog) => void
}) {
  const pages = usePages(runs)
  const waiting = jobs.filter(({ run }) => run === null)
  const ordered = [...waiting].sort((a, b) => (a.place ?? 0) - (b.place ?? 0))
  return (
    <div className="runs-table">
      <table className="table">
        <Heads {...{ columns, sorting, onSort, selection }} count={runs.length} />
        <tbody>
          {ordered.map((job) => (
            <JobRow key={job.id} job={job} columns={columns} waiting={waiting.length} />
          ))}
          {pages.shown.map((run, i) => (
            <RunRow
              key={run.id}
              run={run}
              index={pages.start + i}
              work={jobs.find((job) => job.run === run.id)}
              columns={columns}
              selection={selection}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
      <PageTurner pages={pages} />
    </div>
  )
}

function classOf(column: Column): string {
  return `${numbers.includes(column) ? 'r' : ''} ${rare.includes(column) ? 'hide-narrow' : ''}`
}

function Heads({
  columns,
  sorting,
  onSort,
  selection,
  count,
}: {
  columns: readonly Column[]
  sorting: Sorting
  onSort: (sorting: Sorting) => void
  selection: Selection
  count: number
}) {
  const head = (by: SortKey, title: string, className = '') => (
    <SortHead
      key={by}
      direction={sorting.by === by ? sorting.direction : null}
      onSort={(direction) => onSort({ by, direction })}
      isNumber={className.startsWith('r')}
      className={className}
    >
      {title}
    </SortHead>
  )
  const chosen = selection.selected.length
  return (
    <thead>
      <tr>
        <th scope="col">
          <Checkbox
            label="Select all runs"
            isLabelHidden
            isChecked={count > 0 && chosen === count}
            isMixed={chosen > 0 && chosen < count}
            onChange={selection.selectAll}
          />
        </th>
        {head('name', 'Name')}
        {columns.map((column) =>
          column === 'trend' || column === 'tags' || column === 'note' ? (
            <th key={column} scope="col" className={classOf(column)}>
              {columnTitles[column]}
            </th>
          ) : (
            head(column, columnTitles[column], classOf(column))
          ),
        )}
        <th scope="col">
          <span className="unseen">Actions</span>
        </th>
      </tr>
    </thead>
  )
}

/** A job that has no run yet: it waits, or it reads its rows. */
function JobRow({
  job,
  columns,
  waiting,
}: {
  job: WorkRecord
  columns: readonly Column[]
  /** How many such jobs there are. */
  waiting: number
}) {
  const [, change] = usePlace()
  const { id, verb, place } = job
  const kind = verb.startsWith('train ') ? verb.slice('train '.length) : verb
  const cells: Partial<Record<Column, string>> = { kind: kind.toUpperCase(), time: stageOf(job) }
  const name = nameOfJob(job)
  return (
    <tr>
      <td />
      <td>
        <Button kind="quiet" className="opens" onClick={() => change({ job: id })}>
          {name}
        </Button>
      </td>
      {columns.map((column) => (
        <td key={column} className={`second ${classOf(column)}`}>
          {column === 'state' ? (
            <State kind={job.state === 'queued' ? 'queued' : 'running'} />
          ) : (
            cells[column]
          )}
        </td>
      ))}
      <td>
        <span className="acts">
          {place !== null && (
            <>
              <IconButton
                icon="up"
                label={`Move ${name} up`}
                isSmall
                disabled={place === 1}
                onClick={() => void host.work.move({ id, by: -1 })}
              />
              <IconButton
                icon="down"
                label={`Move ${name} down`}
                isSmall
                disabled={place === waiting}
                onClick={() => void host.work.move({ id, by: 1 })}
              />
            </>
          )}
          <IconButton
            icon="close"
            label={`Remove ${name} from the queue`}
            isSmall
            onClick={() => void host.work.stop({ id })}
          />
        </span>
      </td>
    </tr>
  )
}

function RunRow({
  run,
  index,
  work,
  columns,
  selection: { selected, toggle, setFocused },
  onOpen,
}: {
  run: ListedRun
  index: number
  /** The job that works on it now. */
  work: WorkRecord | undefined
  columns: readonly Column[]
  selection: Selection
  onOpen: (dialog: ListDialog) => void
}) {
  const [, change] = usePlace()
  const isSelected = selected.some(({ id }) => id === run.id)
  return (
    // For the keyboard, the name is a button.
    <tr
      aria-selected={isSelected}
      onFocus={() => setFocused(index)}
      onClick={({ target }) => isPlain(target) && change({ run: run.id })}
    >
      <td>
        <Checkbox
          label={`Select ${run.name}`}
          isLabelHidden
          isChecked={isSelected}
          onChange={() => toggle(run.id)}
        />
      </td>
      <td>
        <Button id={`run-${index}`} kind="quiet" className="opens" onClick={() => change({ run: run.id })}>
          {run.name}
        </Button>
        {run.branch && (
          <span className="help">
            from {run.branch.name} at step {run.branch.step}
          </span>
        )}
      </td>
      {columns.map((column) => (
        <td key={column} className={`${column === 'winRate' ? 'medium' : 'second'} ${classOf(column)}`}>
          <Cell column={column} run={run} work={work} />
        </td>
      ))}
      <td>
        <RowActions run={run} work={work} onOpen={onOpen} />
      </td>
    </tr>
  )
}

/** Whether a click was on no control of the row. */
function isPlain(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, input, label, a') === null
}

function Cell({ column, run, work }: { column: Column; run: ListedRun; work: WorkRecord | undefined }) {
  switch (column) {
    case 'kind':
      return kindOf(run)
    case 'state':
      return <State kind={stateOf(run, work)} />
    case 'step':
      return stepWords(run)
    case 'winRate':
      return run.latest['judge/win_rate']?.toFixed(1) ?? '–'
    case 'kl':
      return numberOf(run.latest['objective/kl'] ?? run.latest['objective/heldout_kl'], 2)
    case 'trend':
      return <Sparkline values={run.spark} label={`Curve of ${run.name}`} />
    case 'time':
      return <span className="cut time-cell">{timeWords(run, work)}</span>
    case 'started':
      return timeOf(run.createdAt)
    case 'tags':
      return (
        <span className="row wrap">
          {run.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
      )
    case 'note':
      return <span className="cut time-cell">{run.note}</span>
  }
}

/** What is left, why it stopped, or how long it took. */
function timeWords(run: ListedRun, work: WorkRecord | undefined): string {
  if (work) {
    if (work.progress?.phase !== 'step') return stageOf(work)
    return work.secondsLeft === null ? 'starting' : `${durationOf(work.secondsLeft)} left`
  }
  const reason = run.state === 'failed' || run.state === 'paused' ? reasonOf(run) : null
  return reason ?? (run.seconds > 0 ? durationOf(run.seconds) : '–')
}

function RowActions({
  run,
  work,
  onOpen,
}: {
  run: ListedRun
  work: WorkRecord | undefined
  onOpen: (dialog: ListDialog) => void
}) {
  const project = useProject()
  const [, change] = usePlace()
  const refresh = () => void queries.invalidateQueries({ queryKey: ['runs', project] })
  const resume = async () => {
    await host.work.start({ verb: 'resume', input: { project, run: run.id } })
    refresh()
  }
  const stop = async () => {
    await host.runs.stop({ project, run: run.id })
    refresh()
  }
  const isIdle = work === undefined
  return (
    <span className="acts">
      <IconButton
        icon="branch"
        label={`Branch ${run.name}`}
        isSmall
        onClick={() => onOpen({ kind: 'branch', run })}
      />
      <IconButton
        icon="copy"
        label={`New run like ${run.name}`}
        isSmall
        onClick={() => change({ new: run.kind, like: run.id })}
      />
      <Menu
        align="end"
        trigger={<IconButton icon="more" label={`More for ${run.name}`} isSmall />}
        entries={[
          { text: 'Name, note and tags…', icon: 'rename', run: () => onOpen({ kind: 'edit', run }) },
          {
            text: 'Resume',
            icon: 'running',
            isDisabled: !isIdle || run.state === 'done',
            run: () => void resume(),
          },
          {
            text: 'Pause',
            icon: 'paused',
            isDisabled: isIdle,
            run: () => work && void host.work.stop({ id: work.id }),
          },
          {
            text: 'Stop',
            icon: 'stopped',
            isDisabled: isIdle && run.state !== 'paused' && run.state !== 'queued',
            run: () => void stop(),
          },
          'line',
          {
            text: 'Remove…',
            icon: 'remove',
            isDanger: true,
            isDisabled: !isIdle,
            run: () => onOpen({ kind: 'remove', runs: [run] }),
          },
        ]}
      />
    </span>
  )
}
