/** What people do with runs besides training them: name, annotate, stop and remove them. */
import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { RunMark } from '../../contract/records.ts'
import { listCheckpoints } from '../../engine/checkpoints/checkpoint-folder.ts'
import {
  type Db,
  deleteRun,
  listMarks,
  listModels,
  type Project,
  type Run,
  runDetails,
  setRunState,
} from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { findRun, runFolder } from './run.ts'

/** The tripwire that paused a run, unless someone has looked at the run since; null if there is none. */
export function alertOf(db: Db, { id, state }: Run): RunMark | null {
  if (state !== 'paused') return null
  const last = listMarks(db, id).at(-1)
  if (last?.kind !== 'tripwire') return null
  return last.at > (runDetails(db, id).seenAt ?? '') ? last : null
}

/** Ends a run for good; one that is training saves a checkpoint first. */
export async function stopRun(
  { lab, board }: Pick<HandlerContext, 'lab' | 'board'>,
  folder: string,
  text: string,
): Promise<Run> {
  const project = await lab.openProject(folder)
  const { id } = findRun(project, text)
  const job = board.list(folder).find((record) => record.run === id && record.endedAt === null)
  if (job) {
    const end = board.watch(job.id)
    board.stop(job.id)
    while (!(await end.next()).done);
  }
  const { state } = findRun(project, id)
  return state === 'paused' || state === 'queued'
    ? setRunState(project.db, id, 'cancelled')
    : findRun(project, id)
}

/** What would go if runs were removed: bytes on disk and checkpoints; and the models that they made, which stay. */
export function removalOf(project: Project, texts: readonly string[]) {
  const runs = texts.map((text) => findRun(project, text))
  const ids = new Set(runs.map(({ id }) => id))
  return {
    bytes: runs.reduce((sum, run) => sum + bytesOf(project, run), 0),
    checkpoints: runs.reduce((sum, run) => sum + listCheckpoints(runFolder(project, run)).length, 0),
    models: listModels(project.db).flatMap(({ name, runId }) => (runId && ids.has(runId) ? [name] : [])),
  }
}

/** @throws UserError `conflict` while one of them trains; none is removed then */
export function removeRuns(project: Project, texts: readonly string[]): void {
  const runs = texts.map((text) => findRun(project, text))
  const busy = runs.find(({ state }) => state === 'running')
  if (busy)
    throw new UserError('conflict', `Run ${busy.name} is running. Stop it first; nothing was removed.`)
  for (const run of runs) {
    deleteRun(project.db, run.id)
    for (const name of removable(project, run))
      rmSync(path.join(runFolder(project, run), name), { recursive: true, force: true })
  }
}

/** What of a run's folder is not a finished model. */
function removable(project: Project, run: Run): string[] {
  const folder = runFolder(project, run)
  const kept = new Set(
    listModels(project.db).map((model) => path.relative(folder, path.resolve(project.folder, model.path))),
  )
  return contentOf(folder).filter((name) => !kept.has(name) && name !== 'adapter')
}

function contentOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function bytesOf(project: Project, run: Run): number {
  return removable(project, run).reduce(
    (sum, name) => sum + sizeOf(path.join(runFolder(project, run), name)),
    0,
  )
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) return 0
  if (!found.isDirectory()) return found.size
  return contentOf(file).reduce((sum, name) => sum + sizeOf(path.join(file, name)), 0)
}
