/** Handlers of items: the table, one item, the preview of a file, and uploads. */
import { listAnnotations, splitOf, splitPoint, tablePage } from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { previewFile } from './file-preview.ts'
import { requireItem } from './items.ts'
import { saveUpload } from './upload.ts'

export function dataHandlers({ api, lab }: HandlerContext) {
  return {
    page: api.data.page.handler(async ({ input: { project, query, ...range } }) =>
      tablePage((await lab.openProject(project)).db, query, range),
    ),
    get: api.data.get.handler(async ({ input: { project, id } }) => {
      const { db } = await lab.openProject(project)
      const item = requireItem(db, id)
      return { item, split: splitOf(splitPoint(item)), annotations: listAnnotations(db, id) }
    }),
    preview: api.data.preview.handler(({ input }) => previewFile(input.file, input.columns)),
    upload: api.data.upload.handler(({ input }) => saveUpload(input)),
  }
}
