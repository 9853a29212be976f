/** Everything the page may ask of the host: the verbs of the terminal, and what only a page needs. */
import { contract } from '../index.ts'
import { annotate } from './annotate.ts'
import { items } from './items.ts'
import { judging } from './judging.ts'
import { labels } from './labels.ts'
import { models } from './models.ts'
import { projects } from './projects.ts'
import { runPages } from './runs.ts'
import { work } from './work.ts'

export const pageContract = {
  verbs: contract,
  work,
  projects,
  items,
  annotate,
  labels,
  runs: runPages,
  judging,
  models,
}
export type PageContract = typeof pageContract
