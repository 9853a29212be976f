/** Renaming and removing a model of a project. Files outside of the project are never touched. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { JsonValue } from '../../contract/json.ts'
import type { WorkRecord } from '../../contract/work.ts'
import {
  deleteModel,
  listModels,
  listRuns,
  type Model,
  type Project,
  renameModel as storeName,
} from '../../storage/index.ts'
import { isOwn } from './model-records.ts'
import { refuseTakenName } from './project-models.ts'

/** @param work in progress, which knows the model by its name @throws UserError `conflict`, `not_found` */
export function renameModel(
  project: Project,
  { model, name }: { model: string; name: string },
  work: readonly WorkRecord[],
): void {
  const found = modelNamed(project, model)
  if (name === model) return
  refuseTakenName(project, name)
  refuseInWork(found, work)
  storeName(project.db, found.id, name)
}

/** @throws UserError `conflict` while work or a run that can be resumed needs it */
export function removeModel(project: Project, name: string, work: readonly WorkRecord[]): void {
  const model = modelNamed(project, name)
  refuseInWork(model, work)
  const run = listRuns(project.db).find(
    ({ state, config }) =>
      (state === 'running' || state === 'paused' || state === 'queued') &&
      mentions(project, config.job, model),
  )
  if (run)
    throw new UserError(
      'conflict',
      `Run ${run.name} is ${run.state} and needs ${model.name}. Finish, stop or remove the run first; nothing was removed.`,
    )
  deleteModel(project.db, model.id)
  if (isOwn(model)) rmSync(path.join(project.folder, model.path), { recursive: true, force: true })
}

function modelNamed({ db }: Project, name: string): Model {
  const model = listModels(db).findLast((each) => each.name === name)
  if (model) return model
  throw new UserError('not_found', `This project has no model "${name}".`)
}

function refuseInWork({ name }: Model, work: readonly WorkRecord[]): void {
  const user = work.find(
    ({ endedAt, input }) => endedAt === null && Object.values(input).some((value) => listed(value, name)),
  )
  if (user)
    throw new UserError('conflict', `${name} is in use by “${user.verb}”. Wait for it to end, or stop it.`)
}

function listed(value: unknown, name: string): boolean {
  return Array.isArray(value) ? value.includes(name) : value === name
}

/** Whether a job reads the model's files, under any of its settings. */
function mentions(project: Project, value: JsonValue | undefined, model: Model): boolean {
  if (typeof value === 'string')
    return path.resolve(project.folder, value) === path.resolve(project.folder, model.path)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((part) => mentions(project, part, model))
}
