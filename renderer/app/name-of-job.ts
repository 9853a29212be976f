/** What a job is called. */
import { useQuery } from '@tanstack/react-query'
import type { WorkRecord } from '../../electron/contract/work.ts'
import { host } from './connection.ts'

/** The name it was given, that of the run which it resumes, or what it does; empty without a job. */
export function useNameOfJob(job: WorkRecord | null): string {
  const project = job?.verb === 'resume' ? job.project : null
  const { data } = useQuery({
    queryKey: ['runs', project],
    queryFn: () => host.runs.list({ project: project! }),
    enabled: project !== null,
  })
  const id = job?.run ?? job?.input.run
  const resumed = project === null ? undefined : data?.find((run) => run.id === id)?.name
  return resumed || (job === null ? '' : nameOfJob(job))
}

/** Verbs whose own name says little of what runs. */
const names: Readonly<Record<string, string>> = { judge: 'Evaluation', 'resume-judge': 'Evaluation' }

/** The name it was given, or what it does. */
export function nameOfJob({ verb, input }: WorkRecord): string {
  if (verb === 'serve-model') return `Serving ${String(input.model)}`
  if (typeof input.name === 'string' && input.name !== '') return input.name
  return names[verb] ?? verb.charAt(0).toUpperCase() + verb.slice(1)
}
