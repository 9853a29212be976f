/** Texts split at white space, for measures that count words independently of a tokenizer. */
import type { Encoding } from '../../engine/tokenizer/encoding.ts'

/** Splits texts into words; equal words have equal ids, in all of the texts. White space belongs to no word. */
export function encodeWords(...texts: string[]): Encoding[] {
  const ids = new Map<string, number>()
  return texts.map((text) => {
    const encoding: Encoding = { ids: [], offsets: [] }
    for (const { 0: word, index } of text.matchAll(/\S+/g)) {
      const id = ids.get(word) ?? ids.size
      ids.set(word, id)
      encoding.ids.push(id)
      encoding.offsets.push([index, index + word.length])
    }
    return encoding
  })
}
