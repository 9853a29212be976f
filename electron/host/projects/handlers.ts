/** Handlers of projects: creating, opening and counting them, and the list of recent ones. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { ProjectOverview, ProjectSummary } from '../../contract/projects.ts'
import { countWork, listEvaluations, listModels, listRuns, type Project } from '../../storage/index.ts'
import { importSampleWorld } from '../data/sample-world.ts'
import type { HandlerContext } from '../handler-context.ts'
import { freeProjectFolder, projectsFolder } from './projects-folder.ts'
import { addRecent, recentProjects, removeRecent, saveSummary } from './recent-projects.ts'

/** Enough to annotate, train and judge on, and created in a second. */
const sampleSizes = { demonstrations: 4_000, pairs: 400 }

export function projectHandlers({ api, lab }: HandlerContext) {
  const openProject = async (folder: string) => {
    const overview = overviewOf(await lab.openProject(folder))
    addRecent({ folder: overview.folder, name: overview.name, summary: summaryOf(overview) })
    return overview
  }
  return {
    recent: api.projects.recent.handler(() => recentProjects()),
    open: api.projects.open.handler(({ input }) => openProject(path.resolve(input.project))),
    create: api.projects.create.handler(async ({ input }) => {
      const folder = path.resolve(input.folder ?? projectsFolder(), `${input.name}.stet`)
      mkdirSync(path.dirname(folder), { recursive: true })
      await lab.createProject(folder)
      return openProject(folder)
    }),
    createSample: api.projects.createSample.handler(async ({ input }) => {
      const folder = freeProjectFolder(projectsFolder(), 'sample')
      mkdirSync(path.dirname(folder), { recursive: true })
      await importSampleWorld(await lab.createProject(folder), {
        ...input,
        sizes: sampleSizes,
        seed: 1,
      })
      return openProject(folder)
    }),
    overview: api.projects.overview.handler(async ({ input }) => {
      const overview = overviewOf(await lab.openProject(input.project))
      saveSummary(overview.folder, summaryOf(overview))
      return overview
    }),
    forget: api.projects.forget.handler(({ input }) => {
      removeRecent(input.project)
      return recentProjects()
    }),
  }
}

function summaryOf({ items, annotations, runs, evaluations }: ProjectOverview): ProjectSummary {
  return { items, edited: annotations.done, runs, evaluations }
}

export function overviewOf({ folder, name, db, readOnly }: Project): ProjectOverview {
  return {
    folder,
    name,
    readOnly,
    ...countWork(db),
    runs: listRuns(db).length,
    models: listModels(db).length,
    evaluations: listEvaluations(db).length,
  }
}
