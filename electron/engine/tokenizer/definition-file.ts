/**
 * Reads tokenizer.json. Opening a model needs it more than once (does it fit the model; the tokenizer itself), and a large
 * one takes a second to parse, so the newest is kept for as long as something uses it.
 */
import { readFileSync, statSync } from 'node:fs'
import { UserError } from '../../contract/errors.ts'
import { parseShallow } from '../../contract/json.ts'
import { isObject, type JsonObject } from './json.ts'

let newest: { key: string; definition: WeakRef<JsonObject> } | null = null

/**
 * @param file exists; its content is shared with other callers and must not be changed
 * @throws UserError if the file is not a JSON object
 */
export function readDefinition(file: string): JsonObject {
  const { dev, ino, size, mtimeNs } = statSync(file, { bigint: true })
  const key = [file, dev, ino, size, mtimeNs].join()
  const kept = newest?.key === key ? newest.definition.deref() : undefined
  if (kept) return kept
  const definition = readJsonObject(file)
  newest = { key, definition: new WeakRef(definition) }
  return definition
}

/** @throws UserError if the file is not a JSON object */
export function readJsonObject(file: string): JsonObject {
  let content: unknown
  try {
    content = parseShallow(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = (error as Error).message
    throw new UserError(
      'bad_input',
      `${file} can't be read as JSON (${reason}). Download or save it again.`,
      {
        cause: error,
      },
    )
  }
  if (!isObject(content))
    throw new UserError('bad_input', `${file} must hold one JSON object. Download it again.`)
  return content
}
