/** The search, filters and order of the table, as the address has them. */
import type { ItemQuery } from '../../electron/contract/data.ts'
import { type Search, usePlace } from '../app/navigation.ts'
import { isItemState, isSplit, ratioBands } from './words.ts'

const sorts = ['imported', 'prompt', 'length', 'dataset', 'state', 'ratio'] as const

/** What restricts the table, without the place itself: the open item. */
export const noFilter: Search = {
  q: undefined,
  dataset: undefined,
  split: undefined,
  state: undefined,
  annotator: undefined,
  ratio: undefined,
}

export function useItemQuery(): { query: ItemQuery; isFiltered: boolean } {
  const [place] = usePlace()
  const band = place.ratio === undefined ? undefined : ratioBands[place.ratio]
  const query: ItemQuery = {
    search: place.q ?? '',
    dataset: place.dataset ?? null,
    split: isSplit(place.split) ? place.split : null,
    state: isItemState(place.state) ? place.state : null,
    annotator: place.annotator ?? null,
    minRatio: band?.min ?? null,
    maxRatio: band?.max ?? null,
    sort: sorts.find((sort) => sort === place.sort) ?? 'imported',
    isDescending: place.order === 'descending',
  }
  return { query, isFiltered: Object.keys(noFilter).some((key) => place[key] !== undefined) }
}
