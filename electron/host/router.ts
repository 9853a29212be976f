/** The host: all procedures of the contract on one lab, for any transport. */
import type { AnyProcedure, Router } from '@orpc/server'
import { silentHooks } from '../contract/events.ts'
import { type VerbInput, type VerbName, type Verbs, verbs } from '../contract/verbs.ts'
import { annotateHandlers } from './annotate/handlers.ts'
import { dataHandlers } from './data/handlers.ts'
import { type HandlerContext, handlerContext } from './handler-context.ts'
import { judgeHandlers } from './judge/handlers.ts'
import { type LabOptions, openLab } from './lab.ts'
import { labelHandlers } from './label/handlers.ts'
import { machineHandlers } from './machine/handlers.ts'
import { modelHandlers } from './models/handlers.ts'
import { projectHandlers } from './projects/handlers.ts'
import { runHandlers } from './runs/handlers.ts'
import { streamEvents } from './stream.ts'
import { trainHandlers } from './train/handlers.ts'
import { performVerb, reportsEvents } from './verbs.ts'
import { workHandlers } from './work/handlers.ts'
import { WorkBoard } from './work/work-board.ts'

export type Host = ReturnType<typeof openHost>

/** @returns the router, the board of started jobs, and `close`, which releases everything that the host holds */
export function openHost(options: LabOptions) {
  const { lab, close } = openLab(options)
  const board = new WorkBoard(lab)
  const context = handlerContext(lab, board)
  const router = {
    verbs: verbHandlers(context),
    work: workHandlers(context),
    projects: projectHandlers(context),
    data: dataHandlers(context),
    annotate: annotateHandlers(context),
    label: labelHandlers(context),
    train: trainHandlers(context),
    runs: runHandlers(context),
    judge: judgeHandlers(context),
    models: modelHandlers(context),
    machine: machineHandlers(context),
  }
  return { lab, router, board, close }
}

type VerbRouter = Router<Verbs, Record<never, never>>

/** What the implementers of all verbs have in common. */
interface VerbImplementer {
  handler(handle: (call: { input: unknown; signal?: AbortSignal }) => unknown): AnyProcedure
}

function verbHandlers(context: HandlerContext): VerbRouter {
  const names = Object.keys(verbs) as VerbName[]
  return Object.fromEntries(names.map((name) => [name, verbHandler(context, name)])) as VerbRouter
}

function verbHandler({ api, lab }: HandlerContext, name: VerbName): AnyProcedure {
  const implementer = api.verbs[name] as VerbImplementer
  return implementer.handler(({ input, signal }) => {
    const checked = input as VerbInput<VerbName>
    return reportsEvents(name)
      ? streamEvents(signal, (hooks) => performVerb(lab, name, checked, hooks))
      : performVerb(lab, name, checked, silentHooks(signal))
  })
}
