/** Added tokens: stretches of text that are one token, found before the model splits the rest. */
import { at, type JsonPlace, readArray, readFlag, readId, readObject, readString, refuse } from './json.ts'
import type { Range } from './mapped-text.ts'

export interface AddedToken {
  id: number
  content: string
  /** A control token, which is never recognised in a user's text. */
  special: boolean
  /** Whether it is searched for in normalised text. */
  normalized: boolean
  /** Whether it includes the white space before it. */
  lstrip: boolean
  /** Whether it includes the white space after it. */
  rstrip: boolean
}

/** A stretch of text that is an added token, or (null) text between added tokens. */
export interface Section extends Range {
  token: AddedToken | null
}

/** Reads the key "added_tokens". */
export function readAddedTokens(value: unknown, place: JsonPlace): AddedToken[] {
  return readArray(value ?? [], place).map((each, i) => {
    const here = at(place, i)
    const config = readObject(each, here)
    if (readFlag(config.single_word, at(here, 'single_word'), false)) {
      refuse(
        at(here, 'single_word'),
        true,
        'added tokens that only match whole words are not supported. Use another tokenizer.',
      )
    }
    const special = readFlag(config.special, at(here, 'special'), false)
    return {
      id: readId(config.id, at(here, 'id')),
      content: readString(config.content, at(here, 'content')),
      special,
      normalized: readFlag(config.normalized, at(here, 'normalized'), !special),
      lstrip: readFlag(config.lstrip, at(here, 'lstrip'), false),
      rstrip: readFlag(config.rstrip, at(here, 'rstrip'), false),
    }
  })
}

/** Returns a function that splits text at `tokens`: leftmost match first, the longest of those. No section is empty. */
export function makeSplitter(tokens: readonly AddedToken[]): (text: string) => Section[] {
  const find = makeFinder(tokens)
  return (text) => {
    const sections: Section[] = []
    let from = 0
    for (let index = 0; index < text.length; ) {
      const token = find(text, index)
      if (token === undefined) {
        index++
        continue
      }
      const { start, end } = withWhiteSpace(text, token, index, from)
      if (start > from) sections.push({ start: from, end: start, token: null })
      sections.push({ start, end, token })
      from = end
      index = end
    }
    if (from < text.length) sections.push({ start: from, end: text.length, token: null })
    return sections
  }
}

/**
 * Returns a function that finds the longest of `tokens` that begins at an index of a text. A tokenizer may have
 * thousands of them, so only those with the right first character are looked for, one look-up per length.
 */
export function makeFinder<T extends { content: string }>(
  tokens: readonly T[],
): (text: string, index: number) => T | undefined {
  const byContent = new Map(tokens.map((each) => [each.content, each]))
  byContent.delete('')
  const lengthsByFirst = new Map<number, number[]>()
  for (const content of byContent.keys()) {
    const first = content.charCodeAt(0)
    const lengths = lengthsByFirst.get(first) ?? []
    if (!lengths.includes(content.length)) lengths.push(content.length)
    lengthsByFirst.set(first, lengths)
  }
  for (const lengths of lengthsByFirst.values()) lengths.sort((a, b) => b - a)
  return (text, index) => {
    for (const length of lengthsByFirst.get(text.charCodeAt(index)) ?? []) {
      const token = byContent.get(text.slice(index, index + length))
      if (token !== undefined) return token
    }
    return undefined
  }
}

/** The range of the token at `index` with the white space that it includes, not before `from`. */
function withWhiteSpace(text: string, token: AddedToken, index: number, from: number): Range {
  const before = text.slice(from, index)
  const after = text.slice(index + token.content.length)
  return {
    start: token.lstrip ? from + before.trimEnd().length : index,
    end: token.rstrip ? text.length - after.trimStart().length : index + token.content.length,
  }
}
