/** The page's procedures, implemented: the verbs, and what only a page needs. */
import { annotateHandlers } from './annotate/handlers.ts'
import type { Lab } from './context.ts'
import { itemHandlers } from './data/handlers.ts'
import { pageContext } from './handler-context.ts'
import { judgingHandlers } from './judge/handlers.ts'
import type { LabRouter } from './lab.ts'
import { labelHandlers } from './label/handlers.ts'
import { modelHandlers } from './models/handlers.ts'
import { projectHandlers } from './projects/handlers.ts'
import { runHandlers } from './runs/handlers.ts'
import { WorkBoard } from './work/work-board.ts'

export type PageRouter = ReturnType<typeof openPage>['router']

/** @returns the router of every door to the page, and the board that its work is on */
export function openPage(lab: Lab, verbs: LabRouter) {
  const board = new WorkBoard(verbs)
  const context = pageContext(lab, board)
  const { os } = context
  const router = {
    verbs,
    work: {
      start: os.work.start.handler(({ input }) => board.start(input.verb, input.input)),
      list: os.work.list.handler(({ input }) => board.list(input.project)),
      get: os.work.get.handler(({ input }) => board.get(input.id)),
      watch: os.work.watch.handler(({ input, signal }) => board.watch(input.id, signal)),
      watchAll: os.work.watchAll.handler(({ signal }) => board.watchAll(signal)),
      stop: os.work.stop.handler(({ input }) => board.stop(input.id)),
    },
    projects: projectHandlers(context),
    items: itemHandlers(context),
    annotate: annotateHandlers(context),
    labels: labelHandlers(context),
    runs: runHandlers(context),
    judging: judgingHandlers(context),
    models: modelHandlers(context),
  }
  return { router, board }
}
