/** What to continue with when the app opens: items to edit, jobs that run, the newest results. */
import type { ReactNode } from 'react'
import type { ProjectCard } from '../../electron/contract/projects.ts'
import type { ViewPath } from '../../electron/contract/views.ts'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { useNameOfJob } from '../app/name-of-job.ts'
import { goTo } from '../app/navigation.ts'
import { useWork } from '../app/queries.ts'
import { durationOf } from '../ui/format.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import { ProgressRule } from '../ui/progress.tsx'

const maxJobs = 2

export function Continue({ recent }: { recent: readonly ProjectCard[] }) {
  const jobs = useWork().filter(({ endedAt, project }) => endedAt === null && project !== null)
  const newest = recent.find(({ exists }) => exists)
  const summary = newest?.summary
  if (!newest || !summary || (summary.left === 0 && summary.evaluations === 0 && jobs.length === 0))
    return null
  return (
    <section>
      <h2 className="label">Continue where you left off</h2>
      <div className="continue">
        {summary.left > 0 && (
          <Card icon="annotate" title="Annotate" project={newest.folder} view="annotate">
            {summary.left.toLocaleString('en')} left in {newest.name}
          </Card>
        )}
        {jobs.slice(0, maxJobs).map((job) => (
          <JobCard key={job.id} job={job} />
        ))}
        {summary.bestWinRate !== null && (
          <Card icon="judge" title="Results" project={newest.folder} view="judge">
            Best win rate {summary.bestWinRate.toFixed(1)}% in {newest.name}
          </Card>
        )}
      </div>
    </section>
  )
}

function Card({
  icon,
  title,
  project,
  view,
  children,
}: {
  icon: IconName
  title: string
  project: string
  view: ViewPath
  children: ReactNode
}) {
  return (
    <button type="button" className="card" onClick={() => goTo(project, view)}>
      <Icon name={icon} />
      <span className="grow">
        <b className="cut">{title}</b>
        <span className="second num">{children}</span>
      </span>
    </button>
  )
}

function JobCard({ job }: { job: WorkRecord }) {
  const { verb, project, state, progress, secondsLeft } = job
  const title = useNameOfJob(job)
  const left = secondsLeft === null ? '' : ` · ${durationOf(secondsLeft)} left`
  const where = progress
    ? `${progress.done.toLocaleString('en')} of ${progress.total.toLocaleString('en')}`
    : verb
  return (
    <Card icon="runs" title={title} project={project ?? ''} view="runs">
      {state === 'queued' ? 'Queued' : `Running, ${where}${left}`}
      {progress && <ProgressRule label={title} done={progress.done} total={progress.total} />}
    </Card>
  )
}
