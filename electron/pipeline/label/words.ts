/** Texts split into words, for measures that count words independently of a tokenizer. */
import type { Encoding } from '../../engine/tokenizer/encoding.ts'

/**
 * Splits texts into words; equal words have equal ids, in all of the texts. White space belongs to no word. Words of
 * scripts that are written without spaces are found by their dictionaries (Unicode Standard Annex #29).
 */
export function encodeWords(...texts: string[]): Encoding[] {
  const ids = new Map<string, number>()
  return texts.map((text) => {
    const encoding: Encoding = { ids: [], offsets: [] }
    for (const [word, start] of wordsOf(text)) {
      const id = ids.get(word) ?? ids.size
      ids.set(word, id)
      encoding.ids.push(id)
      encoding.offsets.push([start, start + word.length])
    }
    return encoding
  })
}

/** Chinese, Japanese, Thai, Lao, Khmer and Burmese: a stretch between two spaces is a sentence, not a word. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

function* wordsOf(text: string): Generator<[word: string, start: number]> {
  for (const { 0: stretch, index } of text.matchAll(/\S+/g)) {
    if (!unspaced.test(stretch)) yield [stretch, index]
    else for (const { segment, index: at } of segmenter.segment(stretch)) yield [segment, index + at]
  }
}

const partOfWord = /[\p{L}\p{M}\p{N}]/u

/** Where words are in a text as whole words. */
export function* placesOf(text: string, words: string): Generator<number> {
  if (words === '') return
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
    const [first, last] = [words[0]!, words.at(-1)!]
    const isApart =
      !(partOfWord.test(first) && partOfWord.test(text[at - 1] ?? '')) &&
      !(partOfWord.test(last) && partOfWord.test(text[at + words.length] ?? ''))
    if (isApart) yield at
  }
}
