/** The rail: which project, search, the views in the order of the work with the counts that matter, and the active job. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { type ViewPath, views } from '../../electron/contract/views.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { IconButton } from '../ui/button.tsx'
import { durationOf } from '../ui/format.ts'
import { Icon } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { ProgressRule } from '../ui/progress.tsx'
import { host } from './connection.ts'
import { currentJob } from './current-job.ts'
import { lazyPart } from './lazy-part.tsx'
import { useNameOfJob } from './name-of-job.ts'
import { goTo } from './navigation.ts'
import { SwitcherButton } from './project-switcher-button.tsx'
import { useWork } from './queries.ts'

/** Loaded after the first view, and in the meantime drawn as its closed button. */
const ProjectSwitcher = lazyPart(
  async () => (await import('./project-switcher.tsx')).ProjectSwitcher,
  ({ name }) => <SwitcherButton name={name} disabled />,
)

export function Rail({
  project,
  onSearch,
  onHelp,
}: {
  project: string
  onSearch: () => void
  onHelp: () => void
}) {
  const { data: overview } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  const active = useWork(project).filter(({ endedAt }) => endedAt === null)
  const name = overview?.name ?? nameOfFolder(project)
  return (
    <nav className="rail" aria-label="Views">
      <ProjectSwitcher project={project} name={name} />
      <button type="button" className="find" onClick={onSearch} aria-keyshortcuts="Control+K">
        <Icon name="search" />
        <span className="txt">Search or do…</span>
        <Keys keys="Ctrl+k" isHidden />
      </button>
      {views.map(({ path, title, key }) =>
        path === 'settings' ? null : (
          <ViewLink key={path} project={project} path={path} title={title} keys={`g ${key}`}>
            {overview && countOf[path](overview, active)}
          </ViewLink>
        ),
      )}
      <div className="rail-end">
        <ActiveJob active={active} project={project} />
        <ViewLink project={project} path="settings" title="Settings" keys="g s" />
        <IconButton icon="key" label="Keys of this view" keys="?" onClick={onHelp} className="rail-help" />
      </div>
    </nav>
  )
}

type Count = (overview: ProjectOverview, active: readonly WorkRecord[]) => ReactNode

/** What is left to do in a view, or how much there is. */
const countOf: Record<Exclude<ViewPath, 'settings'>, Count> = {
  data: ({ items }) => <Total value={items} />,
  annotate: ({ editable, settled }) => {
    const left = Math.max(0, editable - settled)
    return left > 0 ? (
      <span className="count" title="Items that no one has finished">
        {left.toLocaleString('en')} left
      </span>
    ) : null
  },
  label: () => null,
  runs: (_, active) => {
    const runs = active.filter(({ verb }) => verb.startsWith('train') || verb === 'resume').length
    return runs === 0 ? null : (
      <span className="live">
        {runs}
        <span className="unseen"> active</span>
      </span>
    )
  },
  judge: ({ evaluations }) => <Total value={evaluations} />,
  models: ({ models }) => <Total value={models} />,
}

function Total({ value }: { value: number }) {
  return value === 0 ? null : <span className="count">{value.toLocaleString('en')}</span>
}

function ViewLink({
  project,
  path,
  title,
  keys,
  children,
}: {
  project: string
  path: ViewPath
  title: string
  keys: string
  children?: ReactNode
}) {
  return (
    <Link
      to={`/p/$project/${path}` as never}
      params={{ project } as never}
      className="nav"
      activeProps={{ 'aria-current': 'page' }}
      activeOptions={{ includeSearch: false }}
      aria-keyshortcuts={keys}
      title={`${title} (${keys})`}
    >
      <Icon name={path} />
      <span className="txt">{title}</span>
      {children}
    </Link>
  )
}

/** Where a job is shown. */
function viewOf({ verb }: WorkRecord): ViewPath {
  if (verb === 'serve-model') return 'models'
  if (verb === 'import') return 'data'
  return verb.startsWith('judge') ? 'judge' : 'runs'
}

/** The job that is running, with its time left; a click opens it. */
function ActiveJob({ active, project: here }: { active: readonly WorkRecord[]; project: string }) {
  const job = currentJob(active, here)
  const name = useNameOfJob(job)
  if (!job) return null
  const { project, run, progress } = job
  const total = progress?.total ?? 0
  return (
    <button
      type="button"
      className="job"
      title={name}
      onClick={() => project !== null && goTo(project, viewOf(job), run === null ? {} : { run })}
    >
      <span className="row between">
        <span className="medium cut">{name}</span>
        {progress && total > 0 && (
          <span className="num quiet">
            {progress.done}/{total}
          </span>
        )}
      </span>
      {job.verb !== 'serve-model' && <ProgressRule label={name} done={progress?.done ?? 0} total={total} />}
      <span className="quiet num">
        {timeLeftOf(job)}
        {active.length > 1 && ` · ${active.length - 1} more`}
      </span>
    </button>
  )
}

function timeLeftOf({ verb, secondsLeft }: WorkRecord): string {
  if (verb === 'serve-model') return 'until it is stopped'
  return secondsLeft === null ? 'Estimating…' : `${durationOf(secondsLeft)} left`
}

function nameOfFolder(folder: string): string {
  return folder
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.stet$/, '')
}
