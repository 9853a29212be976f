/** What somebody answered to a project's prompts: by a model, or read from a file of outputs. */
import { statSync } from 'node:fs'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { Item } from '../../contract/records.ts'
import { readRows } from '../../pipeline/data/read.ts'
import type { Lab } from '../context.ts'

export interface Output {
  text: string
  /** Whether it ended by itself rather than being cut off. */
  ended: boolean
}

export interface Sampling {
  temperature: number
  topK: number
  topP: number
  maxNewTokens: number
  seed: number
  maxQueryTokens: number
}

/** Answers are sampled this many at a time. */
const batchSize = 64

/** One answer an item, in their order. Equal seeds draw equal random numbers, whatever the model. */
export async function respond(
  { trainer }: Lab,
  model: string,
  items: readonly Item[],
  sampling: Sampling,
  hooks: Hooks,
): Promise<(Output & { ids: number[] })[]> {
  const prompts = items.map(({ prompt, context }) => ({ prompt, context }))
  const { rows } = await trainer.run<'generate'>(
    { kind: 'generate', model, prompts, batchSize, ...sampling },
    hooks,
  )
  return rows
}

/** A file that is no model: whatever Stet imports, whose rows have a response. */
export function isOutputsFile(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false })
  return found?.isFile() === true && !file.endsWith('.gguf')
}

/**
 * The response to each item whose prompt and context the file has.
 * @throws UserError that names the file's first row that can't be read
 */
export async function readOutputs(file: string, items: readonly Item[]): Promise<(Output | null)[]> {
  const outputs = new Map<string, string>()
  for await (const row of readRows(file)) {
    if ('reason' in row)
      throw new UserError('bad_input', `${file}, line ${row.line}: ${row.reason}. Mend or remove the row.`)
    if (row.item.chosen !== null) outputs.set(questionKey(row.item), row.item.chosen)
  }
  return items.map((item) => {
    const text = outputs.get(questionKey(item))
    return text === undefined ? null : { text, ended: true }
  })
}

/** Items with the same key ask the same. */
export function questionKey({ prompt, context }: Pick<Item, 'prompt' | 'context'>): string {
  return JSON.stringify([prompt.map(({ role, content }) => [role, content]), context])
}
