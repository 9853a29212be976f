/** Handlers of training that the UI needs besides the verbs. */
import type { HandlerContext } from '../handler-context.ts'
import { RunEstimates } from './estimate.ts'

export function trainHandlers({ api, lab }: HandlerContext) {
  const estimates = new RunEstimates(lab)
  return {
    estimate: api.train.estimate.handler(({ input }) => estimates.estimate(input)),
  }
}
