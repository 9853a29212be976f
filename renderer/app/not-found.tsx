/** What is shown instead of a view: nothing is at the address, the view failed, or its project is not there. */
import { useQuery } from '@tanstack/react-query'
import { type ErrorComponentProps, Outlet, useLocation } from '@tanstack/react-router'
import { host } from './connection.ts'
import { goTo, goToProjects, useProject } from './navigation.ts'
import { RecoverProject } from './recover-project.tsx'
import { isDamaged, isMissing, ViewProblem, type WayBack } from './view-problem.tsx'

const toProjects: WayBack = { label: 'All projects', go: goToProjects }

/** For the router: no view has the address. */
export function NotFound() {
  const { pathname } = useLocation()
  const project = /^\/p\/([^/]+)/.exec(pathname)?.[1]
  const toData = { label: 'Open the project', go: () => goTo(decodeURIComponent(project ?? ''), 'data') }
  return (
    <ViewProblem
      title="There is nothing at this address"
      sentence={`Stet has no view “${pathname}”. The link may be misspelt, or from another version.`}
      back={project === undefined ? toProjects : toData}
    />
  )
}

/** For the router: a view failed while it was drawn. */
export function ViewFailed({ error, reset }: ErrorComponentProps) {
  return <ViewProblem title="This view could not be shown" error={error} back={toProjects} onRetry={reset} />
}

/** The views of a project; if it cannot be opened, that is said once, instead of by each part of the view. */
export function ProjectViews() {
  const project = useProject()
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', project],
    queryFn: () => host.projects.overview({ project }),
  })
  if (data || !error) return <Outlet />
  if (isDamaged(error)) return <RecoverProject project={project} error={error} back={toProjects} />
  if (!isMissing(error))
    return (
      <ViewProblem
        title="This project could not be opened"
        error={error}
        back={toProjects}
        onRetry={refetch}
      />
    )
  return (
    <ViewProblem
      title="This project is not there"
      sentence={`There is no project at ${project}. It may have been moved or removed, or its disk is not connected.`}
      back={toProjects}
      onRetry={refetch}
    />
  )
}
