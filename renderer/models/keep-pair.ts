/** Keeps answers of a conversation as an item of the project, in the dataset "chat": to edit, or as a preference. */
import type { Message } from '../../electron/contract/records.ts'
import { host } from '../app/connection.ts'
import { queries } from '../app/queries.ts'

export interface Kept {
  messages: readonly Message[]
  /** The answer to edit. */
  rejected: string
  /** The better one; null if none was called better. */
  chosen: string | null
}

const dataset = 'chat'

/** @returns the item's id; null if the project had it already */
export async function keepPair(
  project: string,
  { messages, rejected, chosen }: Kept,
): Promise<string | null> {
  const row = { prompt: messages, rejected, source: dataset, ...(chosen === null ? {} : { chosen }) }
  const content = new Blob([`${JSON.stringify(row)}\n`])
  const { file } = await host.data.upload({ name: `${dataset}.jsonl`, content })
  const { imported, bad } = await importFile(project, file)
  if (bad[0]) throw new Error(`The answers could not be kept: ${bad[0].reason}`)
  void queries.invalidateQueries()
  return imported === 0 ? null : newestItem(project)
}

async function importFile(project: string, file: string) {
  const events = await host.verbs.import({ project, files: [file], dataset })
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

async function newestItem(project: string): Promise<string | null> {
  const query = { sort: 'imported' as const, isDescending: true }
  const { rows } = await host.data.page({ project, query, limit: 1 })
  return rows[0]?.id ?? null
}
