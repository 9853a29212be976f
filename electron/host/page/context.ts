/** What the handlers of the page's procedures share. */
import { implement, ORPCError } from '@orpc/server'
import { pageContract } from '../../contract/page/index.ts'
import { toContractError } from '../contract-errors.ts'
import type { Lab } from '../lab.ts'
import { toDefect } from './defect.ts'
import { EditScorer } from './edit-scorer.ts'
import { OpenTokenizers } from './open-tokenizers.ts'
import type { WorkBoard } from './work-board.ts'

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
