/** The page's labels: declared in the contract, not built yet. */
import { notBuilt, type PageContext } from './context.ts'

export function labelHandlers({ os }: PageContext) {
  return {
    pairs: os.labels.pairs.handler(() => {
      throw notBuilt()
    }),
    scored: os.labels.scored.handler(() => {
      throw notBuilt()
    }),
  }
}
