/** The page's judging: declared in the contract, not built yet. */
import { notBuilt, type PageContext } from './context.ts'

export function judgingHandlers({ os }: PageContext) {
  return {
    list: os.judging.list.handler(() => {
      throw notBuilt()
    }),
    pairs: os.judging.pairs.handler(() => {
      throw notBuilt()
    }),
    startBlind: os.judging.startBlind.handler(() => {
      throw notBuilt()
    }),
    next: os.judging.next.handler(() => {
      throw notBuilt()
    }),
    vote: os.judging.vote.handler(() => {
      throw notBuilt()
    }),
    undo: os.judging.undo.handler(() => {
      throw notBuilt()
    }),
    ratings: os.judging.ratings.handler(() => {
      throw notBuilt()
    }),
    exportPairs: os.judging.exportPairs.handler(() => {
      throw notBuilt()
    }),
  }
}
