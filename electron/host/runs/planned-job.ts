/** The paths of models in training jobs, which are relative in a record and absolute in a job. */
import { mapJudgeModel } from '../../contract/judge-kinds.ts'
import type { ModelRef } from '../../contract/run-kinds/common.ts'
import { type PlannedJob, runKinds } from '../../contract/run-kinds/index.ts'

/** The job with every model path mapped. */
export function mapModelPaths<Job extends PlannedJob>(job: Job, map: (path: string) => string): Job {
  const models = Object.keys(runKinds[job.kind].models).map((field) => [
    field,
    mapRef(Reflect.get(job, field) as string | string[] | ModelRef | null, map),
  ])
  const judge = 'judge' in job && job.judge ? { judge: mapJudgeModel(job.judge, map) } : {}
  return { ...job, ...Object.fromEntries(models), ...judge }
}

/** The path of every model that a job reads. */
export function modelPathsOf(job: PlannedJob): string[] {
  const paths: string[] = []
  mapModelPaths(job, (file) => {
    paths.push(file)
    return file
  })
  return paths
}

function mapRef(ref: string | string[] | ModelRef | null, map: (path: string) => string): typeof ref {
  if (ref === null) return null
  if (typeof ref === 'string') return map(ref)
  if (Array.isArray(ref)) return ref.map(map)
  return 'path' in ref ? { path: map(ref.path) } : ref
}
