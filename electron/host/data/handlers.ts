/** Handlers of items and datasets: the table, one item, removal, the preview of a file, and uploads. */
import {
  datasetNamesOf,
  listAnnotations,
  removeDataset,
  removeItems,
  renameDataset,
  splitOf,
  splitPoint,
  tableIds,
  tablePage,
} from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { editRatioOf } from './edit-ratio.ts'
import { previewFile } from './file-preview.ts'
import { requireItem } from './items.ts'
import { saveUpload, withNamesOfUploads } from './upload.ts'

export function dataHandlers({ api, lab }: HandlerContext) {
  const dbOf = async (project: string) => (await lab.openProject(project)).db
  return {
    page: api.data.page.handler(async ({ input: { project, ...page } }) =>
      tablePage(await dbOf(project), { ...page, ratioOf: editRatioOf }),
    ),
    ids: api.data.ids.handler(async ({ input: { project, query } }) =>
      tableIds(await dbOf(project), query, editRatioOf),
    ),
    get: api.data.get.handler(async ({ input: { project, id } }) => {
      const db = await dbOf(project)
      const item = requireItem(db, id)
      return {
        item,
        split: splitOf(splitPoint(item)),
        datasets: datasetNamesOf(db, id),
        annotations: listAnnotations(db, id),
      }
    }),
    remove: api.data.remove.handler(async ({ input: { project, ids } }) =>
      removeItems(await dbOf(project), ids),
    ),
    renameDataset: api.data.renameDataset.handler(async ({ input: { project, dataset, name } }) => {
      renameDataset(await dbOf(project), dataset, name)
      return {}
    }),
    removeDataset: api.data.removeDataset.handler(async ({ input: { project, dataset } }) =>
      removeDataset(await dbOf(project), dataset),
    ),
    preview: api.data.preview.handler(({ input, signal }) =>
      withNamesOfUploads(() => previewFile(input.file, input.columns, signal)),
    ),
    upload: api.data.upload.handler(({ input }) => saveUpload(input)),
  }
}
