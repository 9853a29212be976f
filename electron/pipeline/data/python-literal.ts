/**
 * Parses Python literals as pandas and `datasets.to_csv` write nested values into a cell: lists, tuples, dicts, texts,
 * numbers, None, True and False, and NumPy's arrays, whose elements may have no commas between them.
 */

/** Nesting of one cell. */
const maxDepth = 64

const constants: Record<string, unknown> = {
  None: null,
  True: true,
  False: false,
  nan: null,
  null: null,
  true: true,
  false: false,
}

const escapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

/** @throws SyntaxError that says where the text is not a literal */
export function parsePython(text: string): unknown {
  const parser = new LiteralParser(text)
  const value = parser.value(0)
  parser.end()
  return value
}

class LiteralParser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  end(): void {
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#error('more text after the value')
  }

  value(depth: number): unknown {
    if (depth > maxDepth) throw this.#error(`nested deeper than ${maxDepth} levels`)
    this.#skipSpace()
    const char = this.#text[this.#at]
    if (char === '[') return this.#list(depth, ']')
    if (char === '(') return this.#list(depth, ')')
    if (char === '{') return this.#dict(depth)
    if (char === '"' || char === "'") return this.#string()
    return this.#word(depth)
  }

  #list(depth: number, close: string): unknown[] {
    this.#at++
    const values: unknown[] = []
    for (;;) {
      this.#skipSpace()
      if (this.#takes(close)) return values
      if (this.#text.startsWith('...', this.#at))
        throw this.#error('"...": the list was shortened when it was written')
      values.push(this.value(depth + 1))
      this.#skipSpace()
      this.#takes(',')
    }
  }

  #dict(depth: number): Record<string, unknown> {
    this.#at++
    const entries: [string, unknown][] = []
    for (;;) {
      this.#skipSpace()
      if (this.#takes('}')) return Object.fromEntries(entries)
      const key = this.value(depth + 1)
      this.#skipSpace()
      if (!this.#takes(':')) throw this.#error('no colon after a key')
      entries.push([String(key), this.value(depth + 1)])
      this.#skipSpace()
      if (!this.#takes(',') && this.#text[this.#at] !== '}') throw this.#error('no comma between two keys')
    }
  }

  /** A text in single or double quotes. */
  #string(): string {
    const quote = this.#text[this.#at++]!
    let value = ''
    for (;;) {
      const char = this.#text[this.#at++]
      if (char === undefined) throw this.#error('a text is not closed')
      if (char === quote) return value
      value += char === '\\' ? this.#escape() : char
    }
  }

  #escape(): string {
    const char = this.#text[this.#at++] ?? ''
    const digits = { x: 2, u: 4, U: 8 }[char]
    if (digits === undefined) return escapes[char] ?? `\\${char}`
    const hex = this.#text.slice(this.#at, this.#at + digits)
    const code = Number.parseInt(hex, 16)
    if (!/^[\da-f]+$/i.test(hex) || hex.length < digits || code > 0x10ffff)
      throw this.#error('an escape is broken')
    this.#at += digits
    return String.fromCodePoint(code)
  }

  /** A constant, a number, or `array(…, dtype=object)`. */
  #word(depth: number): unknown {
    const rest = this.#text.slice(this.#at, this.#at + 64)
    const word = /^[-+\w.]+/.exec(rest)?.[0] ?? ''
    this.#at += word.length
    if (Object.hasOwn(constants, word)) return constants[word]
    if (word === 'array' && this.#takes('(')) return this.#array(depth)
    if (word !== '' && Number.isFinite(Number(word))) return Number(word)
    throw this.#error(word === '' ? 'no value' : `"${word}" is not a value`)
  }

  #array(depth: number): unknown {
    const value = this.value(depth + 1)
    const end = /^\s*(?:,\s*dtype=[\w'"<>[\]]+\s*)?\)/.exec(this.#text.slice(this.#at, this.#at + 64))
    if (!end) throw this.#error('an array is not closed')
    this.#at += end[0].length
    return value
  }

  #takes(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #error(reason: string): SyntaxError {
    return new SyntaxError(`${reason}, at character ${this.#at + 1}`)
  }
}
