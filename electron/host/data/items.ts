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

export type ItemSelection = Pick<ItemFilter, 'split' | 'heldoutShare' | 'ids'> & {
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
  const wanted = resolveNames(datasets, new Set(existing.map(({ name }) => name)))
  return wanted.flatMap((name) =>
    existing.filter((dataset) => dataset.name === name).map(({ id }) => ({ ...split, datasetId: id })),
  )
}

/**
 * Puts names together again that a list on the command line has cut at their commas; the longest name counts.
 * @throws UserError `not_found`
 */
export function resolveNames(texts: readonly string[], names: ReadonlySet<string>): string[] {
  const parts = texts.flatMap((text) => text.split(','))
  const found: string[] = []
  for (let from = 0; from < parts.length; ) {
    let to = parts.length
    while (to > from && !names.has(parts.slice(from, to).join(','))) to--
    if (to === from) throw noDataset(parts[from]!, texts, names)
    found.push(parts.slice(from, to).join(','))
    from = to
  }
  return found
}

function noDataset(name: string, texts: readonly string[], names: ReadonlySet<string>): UserError {
  const whole = texts.find((text) => text !== name && text.split(',').includes(name))
  const where = whole === undefined ? '' : ` (of "${whole}")`
  const list = [...names].map((each) => `"${each}"`).join(', ')
  return new UserError(
    'not_found',
    `This project has no dataset "${name}"${where}. Datasets: ${list || 'none yet'}.`,
  )
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
