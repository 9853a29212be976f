/** Which of a project's items a verb works on: all, or those of the datasets it names; each item once. */
import { UserError } from '../../contract/errors.ts'
import type { EditedPair, Item } from '../../contract/records.ts'
import {
  type Db,
  type ItemFilter,
  iterateAnnotatedItems,
  iterateEditedPairs,
  iterateItems,
  listDatasets,
} from '../../storage/index.ts'

export type Which = Pick<ItemFilter, 'split' | 'heldoutShare'> & {
  /** Names; none stands for all items. */
  datasets: readonly string[]
}

export function itemsOf(db: Db, which: Which): Generator<Item> {
  return once(
    filtersOf(db, which),
    (filter) => iterateItems(db, filter),
    (item) => item.id,
  )
}

export function annotatedItemsOf(db: Db, which: Which) {
  return once(
    filtersOf(db, which),
    (filter) => iterateAnnotatedItems(db, filter),
    ({ item }) => item.id,
  )
}

/** Finished edits: several of one item where several annotators edited it. */
export function editedPairsOf(db: Db, which: Which): Generator<EditedPair> {
  return once(
    filtersOf(db, which),
    (filter) => iterateEditedPairs(db, filter),
    ({ item }) => item.id,
  )
}

/** @throws UserError for a name that no dataset has */
function filtersOf(db: Db, { datasets, ...split }: Which): ItemFilter[] {
  if (datasets.length === 0) return [split]
  const known = listDatasets(db)
  return datasets.flatMap((name) => {
    const named = known.filter((dataset) => dataset.name === name)
    if (named.length > 0) return named.map(({ id }) => ({ ...split, datasetId: id }))
    const names = [...new Set(known.map((dataset) => dataset.name))].join(', ')
    throw new UserError(
      'not_found',
      `There is no dataset "${name}" in this project. It has ${names || 'none yet'}.`,
    )
  })
}

/** Rows of an item are yielded for the first filter that gives the item, and for no other. */
function* once<Row>(
  filters: ItemFilter[],
  iterate: (filter: ItemFilter) => Iterable<Row>,
  idOf: (row: Row) => string,
): Generator<Row> {
  const seen = new Set<string>()
  for (const filter of filters) {
    const own = new Set<string>()
    for (const row of iterate(filter)) {
      if (seen.has(idOf(row))) continue
      own.add(idOf(row))
      yield row
    }
    for (const id of own) seen.add(id)
  }
}
