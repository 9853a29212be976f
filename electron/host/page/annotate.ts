/** The page's annotate: declared in the contract, not built yet. */
import { notBuilt, type PageContext } from './context.ts'

export function annotateHandlers({ os }: PageContext) {
  return {
    queue: os.annotate.queue.handler(() => {
      throw notBuilt()
    }),
    open: os.annotate.open.handler(() => {
      throw notBuilt()
    }),
    save: os.annotate.save.handler(() => {
      throw notBuilt()
    }),
    note: os.annotate.note.handler(() => {
      throw notBuilt()
    }),
    draft: os.annotate.draft.handler(() => {
      throw notBuilt()
    }),
    agreement: os.annotate.agreement.handler(() => {
      throw notBuilt()
    }),
    importPack: os.annotate.importPack.handler(() => {
      throw notBuilt()
    }),
  }
}
