/** Handlers of what people do with runs besides training them: name, annotate, stop and remove them. */
import { renameRun, saveRunDetails } from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { findRun } from './run.ts'
import { removalOf, removeRuns, stopRun } from './run-details.ts'

export function detailHandlers({ api, lab, board }: HandlerContext) {
  return {
    change: api.runs.change.handler(async ({ input: { project: folder, run, name, ...details } }) => {
      const project = await lab.openProject(folder)
      const { id } = findRun(project, run)
      if (name !== undefined) renameRun(project.db, id, name)
      saveRunDetails(project.db, id, details)
      return {}
    }),
    see: api.runs.see.handler(async ({ input: { project: folder, run } }) => {
      const project = await lab.openProject(folder)
      const seenAt = new Date().toISOString()
      saveRunDetails(project.db, findRun(project, run).id, { seenAt })
      return {}
    }),
    stop: api.runs.stop.handler(({ input: { project, run } }) => stopRun({ lab, board }, project, run)),
    removal: api.runs.removal.handler(async ({ input: { project, runs } }) =>
      removalOf(await lab.openProject(project), runs),
    ),
    remove: api.runs.remove.handler(async ({ input: { project, runs } }) => {
      removeRuns(await lab.openProject(project), runs)
      return {}
    }),
  }
}
