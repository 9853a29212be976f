/** The page's items: declared in the contract, not built yet. */
import { notBuilt, type PageContext } from './context.ts'

export function itemHandlers({ os }: PageContext) {
  return {
    page: os.items.page.handler(() => {
      throw notBuilt()
    }),
    get: os.items.get.handler(() => {
      throw notBuilt()
    }),
    preview: os.items.preview.handler(() => {
      throw notBuilt()
    }),
    upload: os.items.upload.handler(() => {
      throw notBuilt()
    }),
  }
}
