/** What the handlers of every subject share. */
import { implement, ORPCError } from '@orpc/server'
import { contract } from '../contract/index.ts'
import type { Lab } from './context.ts'
import { toContractError } from './errors/contract-errors.ts'
import { toDefect } from './errors/defect.ts'
import { EditScorer } from './label/edit-scorer.ts'
import { OpenTokenizers } from './models/open-tokenizers.ts'
import type { WorkBoard } from './work/work-board.ts'

export interface HandlerContext {
  /** The contract's procedures, without their handlers. */
  api: ReturnType<typeof implementContract>
  lab: Lab
  board: WorkBoard
  tokenizers: OpenTokenizers
  scorer: EditScorer
}

export function handlerContext(lab: Lab, board: WorkBoard): HandlerContext {
  const tokenizers = new OpenTokenizers()
  return { api: implementContract(), lab, board, tokenizers, scorer: new EditScorer(lab, tokenizers) }
}

function implementContract() {
  return implement(contract).use(async ({ next, procedure, path }) => {
    try {
      return await next()
    } catch (error) {
      const reported = toContractError(error, procedure['~orpc'].inputSchema)
      throw reported instanceof ORPCError ? reported : toDefect(reported, path)
    }
  })
}
