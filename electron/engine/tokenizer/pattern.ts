/** Patterns of tokenizer.json (Oniguruma's dialect) in JavaScript's, translated by the tokenizer library. */
import { SplitPreTokenizer } from '@huggingface/tokenizers'
import { type JsonPlace, readObject, refuse } from './json.ts'

/** GPT-2's words; `\s` and the letter classes mean Unicode's, as in Oniguruma. */
export const gpt2Words = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

export function compilePattern(source: { Regex: string } | { String: string }): RegExp {
  const { pattern } = new SplitPreTokenizer({
    type: 'Split',
    pattern: source,
    behavior: 'Isolated',
    invert: false,
  })
  if (pattern === null) throw new SyntaxError('The pattern is empty.')
  return pattern
}

/** Reads `{"Regex": …}` or `{"String": …}`. */
export function readPattern(value: unknown, place: JsonPlace): RegExp {
  const { Regex: regex, String: text } = readObject(value, place)
  if (typeof text === 'string') return compilePattern({ String: text })
  if (typeof regex !== 'string') refuse(place, value, 'it must have "Regex" or "String".')
  try {
    return compilePattern({ Regex: regex })
  } catch (error) {
    return refuse(place, regex, `this regular expression can't be used here: ${(error as Error).message}.`)
  }
}
