/** Handlers of projects: creating, opening and counting them, and the list of recent ones. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { isCheck } from '../../contract/judge-kinds.ts'
import { type ProjectOverview, ProjectStage, type ProjectSummary } from '../../contract/projects.ts'
import type { RunKind } from '../../contract/run-kinds/index.ts'
import {
  countWork,
  listCopies,
  listEvaluations,
  listModels,
  listRuns,
  type Project,
  problemOfProject,
  renameProject,
} from '../../storage/index.ts'
import { importSampleWorld } from '../data/sample-world.ts'
import type { HandlerContext } from '../handler-context.ts'
import { folderSize } from './folder-size.ts'
import { freeProjectFolder, projectsFolder } from './projects-folder.ts'
import { addRecent, recentProjects, removeRecent, renameRecent, saveSummary } from './recent-projects.ts'

/** Enough to annotate, train and judge on, and created in a second. */
const sampleSizes = { demonstrations: 4_000, pairs: 400 }

export function projectHandlers({ api, lab }: HandlerContext) {
  const openProject = async (folder: string) => {
    const project = await lab.reopenProject(folder)
    const overview = overviewOf(project)
    addRecent({ folder: overview.folder, name: overview.name, summary: summaryOf(overview, project) })
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
      const project = await lab.openProject(input.project)
      const overview = overviewOf(project)
      saveSummary(overview.folder, summaryOf(overview, project))
      return overview
    }),
    rename: api.projects.rename.handler(async ({ input }) => {
      const project = await lab.openProject(input.project)
      renameProject(project, input.name)
      renameRecent(project.folder, input.name)
      return overviewOf(project)
    }),
    size: api.projects.size.handler(async ({ input }) => ({ bytes: await folderSize(input.project) })),
    copies: api.projects.copies.handler(({ input }) => {
      const folder = path.resolve(input.project)
      return { problem: problemOfProject(folder), copies: listCopies(folder) }
    }),
    forget: api.projects.forget.handler(({ input }) => {
      removeRecent(input.project)
      return recentProjects()
    }),
  }
}

function summaryOf(overview: ProjectOverview, { db }: Project): ProjectSummary {
  const { items, editable, edited, settled, runs, evaluations } = overview
  const judged = listEvaluations(db).flatMap(({ config, result }) => {
    const winRate = winRateOf(result)
    return winRate === null ? [] : { winRate, isCheck: isCheck(config.judge) }
  })
  const winRates = judged.flatMap((each) => (each.isCheck ? [] : each.winRate))
  const reached: Record<ProjectStage, boolean> = {
    data: items > 0,
    edits: edited > 0,
    reward: hasFinished(db, ['reward']),
    policy: hasFinished(db, ['ppo', 'dpo']),
    judged: judged.length > 0,
  }
  return {
    items,
    edited,
    runs,
    evaluations,
    left: Math.max(0, editable - settled),
    stages: ProjectStage.options.filter((stage) => reached[stage]),
    bestWinRate: winRates.length === 0 ? null : Math.max(...winRates),
  }
}

function hasFinished(db: Project['db'], kinds: readonly RunKind[]): boolean {
  return listRuns(db).some(({ kind, state }) => state === 'done' && kinds.some((each) => each === kind))
}

/** Null for an evaluation that is not finished, or not a comparison of two sides. */
function winRateOf(result: unknown): number | null {
  const parsed = z.object({ winRate: z.number() }).safeParse(result)
  return parsed.success ? parsed.data.winRate : null
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
