/** Opens the lab: the trainer and the open projects. */
import path from 'node:path'
import {
  createProject,
  displaced,
  displacementOf,
  openProject,
  openProjectBeside,
  type Project,
  ProjectInUse,
} from '../storage/index.ts'
import type { Lab } from './context.ts'
import { TrainerClient, type TrainerOptions } from './trainer-client.ts'

export interface LabOptions extends TrainerOptions {
  /** Receives warnings for the user: a backup that failed, a project that is read-only. */
  onWarning?(sentence: string): void
}

export interface OpenLab {
  lab: Lab
  /** Stops the trainer and closes every project. */
  close(): Promise<void>
}

export function openLab(options: LabOptions): OpenLab {
  const trainer = new TrainerClient(options)
  const trainers = [trainer]
  const projects = new Map<string, Promise<Project>>()
  const openOnce = (folder: string, open: (folder: string) => Promise<Project>) => {
    const key = path.resolve(folder)
    const project = projects.get(key) ?? open(key)
    projects.set(key, project)
    project.then(
      ({ backupProblem, readOnly }) => {
        for (const sentence of [backupProblem, readOnly]) if (sentence) options.onWarning?.(sentence)
      },
      () => projects.delete(key),
    )
    return project
  }
  const lab: Lab = {
    trainer,
    async createProject(folder) {
      await closeDisplaced(projects)
      const create = (absolute: string) => createProject(absolute, path.basename(absolute, '.stet'))
      const key = path.resolve(folder)
      // An open project is refused like any other folder that is not empty.
      return projects.has(key) ? create(key) : openOnce(key, create)
    },
    async openProject(folder) {
      const project = await openOnce(folder, openProject)
      const isReplaced = displacementOf(project.db) === 'replaced'
      if (isReplaced) throw displaced(project.db.name, 'replaced')
      return project
    },
    async reopenProject(folder) {
      await closeDisplaced(projects)
      return openOnce(folder, openProject)
    },
    async readProject(folder, read) {
      const opened = await lab.openProject(folder).catch((error: unknown) => error)
      if (!(opened instanceof Error)) return read(opened as Project)
      const beside = opened instanceof ProjectInUse ? openProjectBeside(path.resolve(folder)) : null
      if (beside === null) throw opened
      if (beside.readOnly) options.onWarning?.(beside.readOnly)
      return read(beside).finally(() => beside.close())
    },
    async peekProject(folder, read) {
      const key = path.resolve(folder)
      const beside = projects.has(key) ? null : openProjectBeside(key)
      if (beside === null) return read(await lab.openProject(key))
      try {
        return read(beside)
      } finally {
        beside.close()
      }
    },
    newTrainer() {
      const further = new TrainerClient(options)
      trainers.push(further)
      return further
    },
  }
  async function close(): Promise<void> {
    for (const each of trainers) each.close()
    for (const project of await Promise.allSettled(projects.values())) {
      if (project.status === 'fulfilled') project.value.close()
    }
  }
  return { lab, close }
}

/**
 * Closes the projects whose files were moved, deleted or replaced, so that they can be opened where they are now, and
 * those that could not be written, so that they can be opened to write.
 */
async function closeDisplaced(projects: Map<string, Promise<Project>>): Promise<void> {
  for (const [key, opening] of [...projects]) {
    const project = await opening.catch(() => null)
    if (project === null || projects.get(key) !== opening) continue
    if (displacementOf(project.db) === null && project.readOnly === null) continue
    projects.delete(key)
    project.close()
  }
}
