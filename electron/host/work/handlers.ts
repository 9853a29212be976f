/** Handlers of started work. */
import type { HandlerContext } from '../handler-context.ts'
import { checkStart } from './check-start.ts'

export function workHandlers({ api, lab, board }: HandlerContext) {
  return {
    start: api.work.start.handler(async ({ input }) => {
      const project = 'project' in input.input ? input.input.project : null
      await checkStart(lab, input, board.list(project))
      return board.start(input)
    }),
    list: api.work.list.handler(({ input }) => board.list(input.project)),
    get: api.work.get.handler(({ input }) => board.get(input.id)),
    watch: api.work.watch.handler(({ input, signal }) => board.watch(input.id, signal)),
    watchAll: api.work.watchAll.handler(({ signal }) => board.watchAll(signal)),
    stop: api.work.stop.handler(({ input }) => board.stop(input.id)),
    move: api.work.move.handler(({ input }) => board.move(input.id, input.by)),
  }
}
