/** The page's models: declared in the contract, not built yet. */
import { notBuilt, type PageContext } from './context.ts'

export function modelHandlers({ os }: PageContext) {
  return {
    list: os.models.list.handler(() => {
      throw notBuilt()
    }),
    importModel: os.models.importModel.handler(() => {
      throw notBuilt()
    }),
    exportModel: os.models.exportModel.handler(() => {
      throw notBuilt()
    }),
  }
}
