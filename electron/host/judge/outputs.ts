/** Responses to a project's prompts: by a model, or read from a file of outputs. */
import { statSync } from 'node:fs'
import type { Hooks } from '../../contract/events.ts'
import type { JsonValue } from '../../contract/json.ts'
import type { Item, Output } from '../../contract/records.ts'
import { readRows } from '../../pipeline/data/read.ts'
import type { Lab } from '../context.ts'
import { badRow } from '../errors/bad-row.ts'
import { type BestOf, bestResponses } from '../models/best-of.ts'
import type { Generate } from '../models/kept-responses.ts'

export interface Sampling {
  temperature: number
  topK: number
  topP: number
  maxNewTokens: number
  seed: number
  maxQueryTokens: number
  templateVariables: Record<string, JsonValue> | null
  keepThinking: boolean
}

/** Number of responses sampled at a time. */
const batchSize = 64

/**
 * One response per item, in their order. Equal seeds draw equal random numbers, whatever the model.
 * @param request.bestOf how each is chosen of several; null samples one
 * @param request.generate if omitted, the trainer, which keeps nothing
 */
export async function respond(
  lab: Lab,
  {
    model,
    items,
    bestOf = null,
    generate = (job, hooks) => lab.trainer.run<'generate'>(job, hooks),
    ...sampling
  }: Sampling & { model: string; items: readonly Item[]; bestOf?: BestOf | null; generate?: Generate },
  hooks: Hooks,
): Promise<(Output & { ids: number[] })[]> {
  const prompts = items.map(({ prompt, context }) => ({ prompt, context }))
  if (bestOf !== null)
    return bestResponses(lab, { model, questions: prompts, bestOf, generate, ...sampling }, hooks)
  const { rows } = await generate({ kind: 'generate', model, prompts, batchSize, ...sampling }, hooks)
  return rows
}

/** Whether a path names a file of outputs rather than a model: any file that Stet imports, whose rows have a response. */
export function isOutputsFile(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats?.isFile() === true && !file.endsWith('.gguf')
}

/**
 * The file's response to each item, by prompt and context; null if the file has none.
 * @throws UserError that names the first row that cannot be read
 */
export async function readOutputs(file: string, items: readonly Item[]): Promise<(Output | null)[]> {
  const outputs = new Map<string, string>()
  for await (const row of readRows(file)) {
    if ('reason' in row) throw badRow(file, row.line, row.reason)
    if (row.item.chosen !== null) outputs.set(questionKey(row.item), row.item.chosen)
  }
  return items.map((item) => {
    const text = outputs.get(questionKey(item))
    return text === undefined ? null : { text, ended: true }
  })
}

/** Items with the same key have the same prompt and context. */
export function questionKey({ prompt, context }: Pick<Item, 'prompt' | 'context'>): string {
  return JSON.stringify([prompt.map(({ role, content }) => [role, content]), context])
}
