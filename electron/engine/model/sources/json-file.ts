/** Reads a JSON file of a model's folder; an error names the file and what is wrong with it. */
import { readFileSync } from 'node:fs'
import { UserError } from '../../../contract/errors.ts'
import { parseShallow } from '../../../contract/json.ts'

/** @throws UserError if the file cannot be read as JSON */
export function readJson(file: string): unknown {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
    return parseShallow(text)
  } catch (cause) {
    const message =
      notANumber(text) ?? `cannot be read as JSON: ${reasonOf(cause)}. Copy or download it again.`
    throw new UserError('bad_input', `${file} ${message}`, { cause })
  }
}

/** Python writes these words for numbers that JSON does not have. @returns where and what; null if there is none */
function notANumber(text: string): string | null {
  for (const [i, line] of text.split('\n').entries()) {
    const [, key, word] = /"([^"]*)"\s*:\s*(?:\[[^\]"]*?)?(-?Infinity|NaN)\b/.exec(line) ?? []
    if (word !== undefined)
      return `has ${word} for the key "${key}" (line ${i + 1}), which is not JSON. Write the number, or remove the line if the key does not matter.`
  }
  return null
}

/** In one line: the reason quotes the file. */
function reasonOf(cause: unknown): string {
  return (cause as Error).message.replace(/\s+/g, ' ')
}
