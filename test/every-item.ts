/** The query of the table of items that leaves nothing out, for tests to change. */
import type { TableQuery } from '../electron/storage/index.ts'

export const everyItem: TableQuery = {
  search: '',
  dataset: null,
  split: null,
  state: null,
  annotator: null,
  minRatio: null,
  maxRatio: null,
  sort: 'imported',
  isDescending: false,
}
