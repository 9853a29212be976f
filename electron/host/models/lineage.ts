/** What a model was made from: the model that its run started from, and so on back to one that the project did not make. */
import path from 'node:path'
import { z } from 'zod'
import { runKinds } from '../../contract/run-kinds/index.ts'
import { listModels, listRuns, type Model, type Project, type Run } from '../../storage/index.ts'

/** The model that a run starts from, as its job names it. */
const StartModel = z.union([z.string(), z.object({ path: z.string() }), z.object({ preset: z.string() })])

export interface Start {
  /** Absolute; null for a preset. */
  path: string | null
  preset: string | null
  /** Its record, if the project lists it. */
  record: Model | null
}

/** @returns null for a run whose record names no model */
export function startOf({ db, folder }: Project, run: Run): Start | null {
  const [trained] = Object.keys(runKinds[run.kind].models)
  const start = StartModel.safeParse(run.config.job[trained!]).data
  if (start === undefined) return null
  if (typeof start !== 'string' && 'preset' in start)
    return { path: null, preset: start.preset, record: null }
  const file = path.resolve(folder, typeof start === 'string' ? start : start.path)
  const record = listModels(db).find((model) => path.resolve(folder, model.path) === file) ?? null
  return { path: file, preset: null, record }
}

export interface Ancestry {
  /** The runs that made the model, the newest first. */
  runs: Run[]
  /** What the oldest of them started from; null if unknown. */
  origin: Start | null
}

/** @param runId of the run that made the model; null for one that was imported */
export function ancestryOf(project: Project, runId: string | null): Ancestry {
  const all = listRuns(project.db)
  const runs: Run[] = []
  let origin: Start | null = null
  for (let id = runId; id !== null; ) {
    const run = all.find((each) => each.id === id)
    if (!run || runs.includes(run)) break
    runs.push(run)
    origin = startOf(project, run)
    id = origin?.record?.runId ?? null
  }
  return { runs, origin }
}
