/** Items of a project: one by its id, or those that a verb works on. */
import { UserError } from '../../contract/errors.ts'
import type { EditedPair, Item } from '../../contract/records.ts'
import {
  type Db,
  getItem,
  type ItemFilter,
  iterateAnnotatedItems,
  iterateEditedPairs,
  iterateItems,
  listDatasets,
} from '../../storage/index.ts'

/** @throws UserError `not_found` */
export function requireItem(db: Db, id: string): Item {
  const item = getItem(db, id)
  if (item) return item
  throw new UserError('not_found', `This project has no item ${id}.`)
}

export type ItemSelection = Pick<ItemFilter, 'split' | 'heldoutShare'> & {
  /** Names of datasets; all items if empty. An item in several of them is selected once. */
  datasets: readonly string[]
}

/** @throws UserError `not_found` for a dataset that does not exist */
export function itemsOf(db: Db, selection: ItemSelection): Generator<Item> {
  return withoutRepeats(
    filtersOf(db, selection),
    (filter) => iterateItems(db, filter),
    (item) => item.id,
  )
}

/** @throws UserError `not_found` for a dataset that does not exist */
export function annotatedItemsOf(db: Db, selection: ItemSelection) {
  return withoutRepeats(
    filtersOf(db, selection),
    (filter) => iterateAnnotatedItems(db, filter),
    ({ item }) => item.id,
  )
}

/**
 * Finished edits: several per item if several annotators edited it.
 * @throws UserError `not_found` for a dataset that does not exist
 */
export function editedPairsOf(db: Db, selection: ItemSelection): Generator<EditedPair> {
  return withoutRepeats(
    filtersOf(db, selection),
    (filter) => iterateEditedPairs(db, filter),
    ({ item }) => item.id,
  )
}

/** One filter per dataset. */
function filtersOf(db: Db, { datasets, ...split }: ItemSelection): ItemFilter[] {
  if (datasets.length === 0) return [split]
  const existing = listDatasets(db)
  return datasets.flatMap((name) => {
    const matching = existing.filter((dataset) => dataset.name === name)
    if (matching.length > 0) return matching.map(({ id }) => ({ ...split, datasetId: id }))
    const names = [...new Set(existing.map((dataset) => dataset.name))].join(', ')
    throw new UserError(
      'not_found',
      `This project has no dataset "${name}". Datasets: ${names || 'none yet'}.`,
    )
  })
}

/** The rows of all filters; an item that several filters match has only the rows of the first. */
function* withoutRepeats<Row>(
  filters: ItemFilter[],
  iterate: (filter: ItemFilter) => Iterable<Row>,
  idOf: (row: Row) => string,
): Generator<Row> {
  const earlier = new Set<string>()
  for (const filter of filters) {
    const ids = new Set<string>()
    for (const row of iterate(filter)) {
      if (earlier.has(idOf(row))) continue
      ids.add(idOf(row))
      yield row
    }
    for (const id of ids) earlier.add(id)
  }
}
