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
  const byContent = new Map(
    tokens.filter(({ content }) => content !== '').map((each) => [each.content, each]),
  )
  if (byContent.size === 0)
    return (text) => (text === '' ? [] : [{ start: 0, end: text.length, token: null }])
  const longestFirst = [...byContent.keys()].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(longestFirst.map(escapePattern).join('|'), 'gu')
  return (text) => {
    const sections: Section[] = []
    let from = 0
    for (const { 0: content, index } of text.matchAll(pattern)) {
      const token = byContent.get(content)!
      const { start, end } = withWhiteSpace(text, token, index, from)
      if (start > from) sections.push({ start: from, end: start, token: null })
      sections.push({ start, end, token })
      from = end
    }
    if (from < text.length) sections.push({ start: from, end: text.length, token: null })
    return sections
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
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
