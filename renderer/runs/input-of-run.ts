/** A run's record as the input of the verb that started it, for its settings and for a form like it. */
import { JudgeSpec, mapJudgeModel, writtenJudge } from '../../electron/contract/judge-kinds.ts'
import { runKinds } from '../../electron/contract/run-kinds/index.ts'
import type { RunRecord } from '../../electron/contract/run-record.ts'

/** A model of the project. */
export interface NamedModel {
  name: string
  path: string
}

/** What the run started from, which rows it chose, its judge and its settings; not its name. */
export function inputOfRun(
  { config: { job, choice } }: Pick<RunRecord, 'config'>,
  models: readonly NamedModel[],
) {
  return { ...modelsOf(job, models), ...judgeOf(job, models), ...Object(choice), config: job.config }
}

type StoredJob = RunRecord['config']['job']

function judgeOf({ judge }: StoredJob, models: readonly NamedModel[]): { judge?: string } {
  const spec = JudgeSpec.safeParse(judge).data
  return spec ? { judge: writtenJudge(mapJudgeModel(spec, (path) => nameOf(path, models))) } : {}
}

function nameOf(path: string, models: readonly NamedModel[]): string {
  return models.find((model) => model.path.endsWith(path))?.name ?? path
}

/** The models that a job names, as the form names them: those of the project by name, others by their path. */
function modelsOf(job: StoredJob, models: readonly NamedModel[]): Record<string, unknown> {
  const named = Object.keys(runKinds[job.kind].models).map((key): [string, unknown] => {
    const value: unknown = job[key as keyof typeof job]
    if (typeof value === 'string') return [key, nameOf(value, models)]
    if (Array.isArray(value)) return [key, value.map((path) => nameOf(String(path), models))]
    if (typeof value !== 'object' || value === null) return [key, undefined]
    if ('path' in value) return [key, nameOf(String(value.path), models)]
    return [key, 'preset' in value ? value.preset : undefined]
  })
  return Object.fromEntries(named)
}
