/**
 * Parses JSON whose keys come from elsewhere. V8's own parser may return another key for one that is written with an
 * escape, `"\\""` as a backslash, once an object had a key with a backslash in the same place
 * (https://github.com/nodejs/node/issues/63785). Here keys are always those of the text.
 */

/** @throws SyntaxError if the text is not JSON */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  // The wrong key always has a backslash, so that only a text with such a key is read again.
  return text.includes('\\') && hasBackslashKey(value, 0) ? new Reader(text).read() : value
}

/** What is nested deeper is refused by every reader of rows. */
const maxDepth = 256

function hasBackslashKey(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return false
  if (Array.isArray(value)) return value.some((part) => hasBackslashKey(part, depth + 1))
  return Object.entries(value).some(([key, part]) => key.includes('\\') || hasBackslashKey(part, depth + 1))
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[-+.\w]+|[[\]{},:]/g

/** Reads a text that is known to be JSON. Strings and numbers on their own are safe for V8's parser. */
class Reader {
  readonly #tokens: IterableIterator<RegExpMatchArray>

  constructor(text: string) {
    this.#tokens = text.matchAll(tokens)
  }

  read(): unknown {
    return this.#value(this.#next(), 0)
  }

  #next(): string {
    const { done, value } = this.#tokens.next()
    if (done) throw new SyntaxError('it ends too early')
    return value[0]
  }

  #value(token: string, depth: number): unknown {
    if (depth > maxDepth) throw new SyntaxError(`it is nested deeper than ${maxDepth} levels`)
    if (token === '[') return this.#list(depth)
    return token === '{' ? this.#object(depth) : JSON.parse(token)
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = []
    for (let token = this.#next(); token !== ']'; token = this.#next())
      if (token !== ',') list.push(this.#value(token, depth + 1))
    return list
  }

  #object(depth: number): object {
    const entries: [string, unknown][] = []
    for (let token = this.#next(); token !== '}'; token = this.#next()) {
      if (token === ',') continue
      this.#next() // the colon
      entries.push([JSON.parse(token), this.#value(this.#next(), depth + 1)])
    }
    return Object.fromEntries(entries)
  }
}
