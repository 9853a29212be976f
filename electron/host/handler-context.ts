/** What the handlers of the page's procedures share. */
import { implement, ORPCError } from '@orpc/server'
import { pageContract } from '../contract/page/index.ts'
import type { Lab } from './context.ts'
import { toContractError } from './errors/contract-errors.ts'
import { toDefect } from './errors/defect.ts'
import { EditScorer } from './label/edit-scorer.ts'
import { OpenTokenizers } from './models/open-tokenizers.ts'
import type { WorkBoard } from './work/work-board.ts'

export interface PageContext {
  os: ReturnType<typeof implementer>
  lab: Lab
  board: WorkBoard
  tokenizers: OpenTokenizers
  scorer: EditScorer
}

export function pageContext(lab: Lab, board: WorkBoard): PageContext {
  const tokenizers = new OpenTokenizers()
  return { os: implementer(), lab, board, tokenizers, scorer: new EditScorer(lab, tokenizers) }
}

function implementer() {
  return implement(pageContract).use(async ({ next, procedure, path }) => {
    try {
      return await next()
    } catch (error) {
      const told = toContractError(error, procedure['~orpc'].inputSchema)
      throw told instanceof ORPCError ? told : toDefect(told, path)
    }
  })
}
