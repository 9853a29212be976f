/** The page's projects: open, make, look at a glance. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { ProjectGlance, ProjectOverview } from '../../contract/projects.ts'
import { countWork, listEvaluations, listModels, listRuns, type Project } from '../../storage/index.ts'
import { importSampleWorld } from '../data/sample-world.ts'
import type { HandlerContext } from '../handler-context.ts'
import { freeProjectFolder, projectsFolder } from './projects-folder.ts'
import { forget, keepGlance, recentProjects, remember } from './recent-projects.ts'

/** Enough to annotate, train and judge on; made in a second. */
const sampleSizes = { demonstrations: 600, pairs: 400 }

export function projectHandlers({ api, lab }: HandlerContext) {
  const opened = async (folder: string) => {
    const overview = overviewOf(await lab.openProject(folder))
    remember({ folder: overview.folder, name: overview.name, glance: glanceOf(overview) })
    return overview
  }
  return {
    recent: api.projects.recent.handler(() => recentProjects()),
    open: api.projects.open.handler(({ input }) => opened(path.resolve(input.project))),
    create: api.projects.create.handler(async ({ input }) => {
      const folder = path.resolve(input.folder ?? projectsFolder(), `${input.name}.stet`)
      mkdirSync(path.dirname(folder), { recursive: true })
      await lab.createProject(folder)
      return opened(folder)
    }),
    createSample: api.projects.createSample.handler(async () => {
      const folder = freeProjectFolder(projectsFolder(), 'sample')
      mkdirSync(path.dirname(folder), { recursive: true })
      await importSampleWorld(await lab.createProject(folder), sampleSizes, 1)
      return opened(folder)
    }),
    overview: api.projects.overview.handler(async ({ input }) => {
      const overview = overviewOf(await lab.openProject(input.project))
      keepGlance(overview.folder, glanceOf(overview))
      return overview
    }),
    forget: api.projects.forget.handler(({ input }) => {
      forget(input.project)
      return recentProjects()
    }),
  }
}

function glanceOf({ items, annotations, runs, evaluations }: ProjectOverview): ProjectGlance {
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
