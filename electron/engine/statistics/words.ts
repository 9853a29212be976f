/** White space as Python's `str.split` sees it, so that texts have the same words here as in the tools that defined the metrics. */

/** Unlike JavaScript's `\s` it includes the separators U+001C to U+001F and U+0085, and not U+FEFF. */
const whiteSpace =
  '\\t\\n\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const word = new RegExp(`[^${whiteSpace}]+`, 'gu')
const trailing = new RegExp(`[${whiteSpace}]+$`, 'u')

/** The maximal parts of a text without white space, in order. */
export function wordsOf(text: string): string[] {
  return text.match(word) ?? []
}

export function withoutTrailingSpace(text: string): string {
  return text.replace(trailing, '')
}
