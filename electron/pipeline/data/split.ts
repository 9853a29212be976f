/**
 * Cuts streams of bytes into rows: at line ends, or between the elements of a JSON array. Neither ever
 * holds more bytes than one row and the current chunk, however long a row is.
 */

/** Longer rows are refused without being read: 16 MiB. */
export const maxRowBytes = 16 * 2 ** 20

const newline = 0x0a
const quote = 0x22
const comma = 0x2c
const openArray = 0x5b
const backslash = 0x5c
const closeArray = 0x5d
const openObject = 0x7b
const closeObject = 0x7d
const space = 0x20

/** One row's bytes; null if there were too many. `line` is where it starts, from 1. */
export interface RowBytes {
  line: number
  bytes: Buffer | null
}

/** Collects one row's bytes over several chunks and drops them as soon as there are too many. */
function gatherer() {
  let parts: Buffer[] = []
  let size = 0
  return {
    add(bytes: Buffer): void {
      size += bytes.length
      if (size > maxRowBytes) parts = []
      else if (bytes.length > 0) parts.push(bytes)
    },
    take(): Buffer | null {
      const bytes = size > maxRowBytes ? null : parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      parts = []
      size = 0
      return bytes
    },
  }
}

/** Yields every line without its line feed; a last line without one counts too. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<RowBytes> {
  const row = gatherer()
  let line = 1
  let open = false
  for await (const chunk of chunks) {
    let from = 0
    for (let to = chunk.indexOf(newline); to !== -1; to = chunk.indexOf(newline, from)) {
      row.add(chunk.subarray(from, to))
      yield { line: line++, bytes: row.take() }
      from = to + 1
    }
    row.add(chunk.subarray(from))
    open = from < chunk.length || (open && from === 0)
  }
  if (open) yield { line, bytes: row.take() }
}

/** An element of an array, or what is wrong with the array itself. `index` counts from 0. */
export type Element = (RowBytes & { index: number }) | { line: number; reason: string }

/**
 * Yields the elements of one top-level JSON array as bytes; each may still be invalid JSON.
 * @param isWrapped whether more may follow the array
 */
export async function* splitArray(chunks: AsyncIterable<Buffer>, isWrapped = false): AsyncGenerator<Element> {
  const scanner = new ArrayScanner(isWrapped)
  for await (const chunk of chunks) yield* scanner.scan(chunk)
  yield* scanner.end()
}

/** Yields objects that follow each other, each on any number of lines. */
export async function* splitObjects(chunks: AsyncIterable<Buffer>): AsyncGenerator<Element> {
  async function* inBrackets() {
    yield Buffer.from('[')
    const nesting = new Nesting()
    for await (const chunk of chunks) {
      let from = 0
      for (let at = 0; at < chunk.length; at++) {
        nesting.follow(chunk[at]!)
        if (nesting.depth !== 0 || chunk[at] !== closeObject || nesting.inString) continue
        yield chunk.subarray(from, at + 1)
        yield Buffer.from(',')
        from = at + 1
      }
      yield chunk.subarray(from)
    }
    yield Buffer.from(']')
  }
  yield* splitArray(inBrackets())
}

/** Counts the brackets that are open, those in strings not. */
class Nesting {
  depth = 0
  inString = false
  #escaped = false

  follow(byte: number): void {
    if (this.inString) {
      if (this.#escaped) this.#escaped = false
      else if (byte === backslash) this.#escaped = true
      else if (byte === quote) this.inString = false
    } else if (byte === quote) this.inString = true
    else if (byte === openArray || byte === openObject) this.depth++
    else if (byte === closeArray || byte === closeObject) this.depth--
  }
}

/** Follows strings and brackets only, so that any damage inside an element stays inside it. */
class ArrayScanner {
  readonly #row = gatherer()
  #depth = 0
  #inString = false
  #escaped = false
  #line = 1
  #index = 0
  /** 0: only white space of this element so far. */
  #startLine = 0
  #closed = false
  #elements: Element[] = []
  readonly #isWrapped: boolean

  constructor(isWrapped: boolean) {
    this.#isWrapped = isWrapped
  }

  /** @returns the elements that end in this chunk */
  scan(chunk: Buffer): Element[] {
    this.#elements = []
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === newline) this.#line++
      if (byte <= space && !this.#inString) continue
      if (this.#depth === 0) {
        if (this.#opens(byte)) from = at + 1
      } else if (this.#depth === 1 && !this.#inString && (byte === comma || byte === closeArray)) {
        this.#finish(chunk.subarray(from, at), byte === closeArray)
        from = at + 1
      } else this.#follow(byte)
    }
    if (this.#depth > 0) this.#row.add(chunk.subarray(from))
    return this.#elements
  }

  /** Outside the array: whether it opens here. What follows its end is reported once. */
  #opens(byte: number): boolean {
    if (this.#closed) {
      if (this.#startLine === 0 && !this.#isWrapped)
        this.#elements.push({ line: this.#line, reason: 'there is more after the end of the array' })
      this.#startLine = this.#line
      return false
    }
    if (byte !== openArray) return false
    this.#depth = 1
    return true
  }

  #follow(byte: number): void {
    if (this.#startLine === 0) this.#startLine = this.#line
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (byte === backslash) this.#escaped = true
      else if (byte === quote) this.#inString = false
    } else if (byte === quote) this.#inString = true
    else if (byte === openArray || byte === openObject) this.#depth++
    else if ((byte === closeArray || byte === closeObject) && this.#depth > 1) this.#depth--
  }

  #finish(bytes: Buffer, isLast: boolean): void {
    this.#row.add(bytes)
    const taken = this.#row.take()
    if (this.#startLine !== 0)
      this.#elements.push({ line: this.#startLine, index: this.#index, bytes: taken })
    else if (!isLast)
      this.#elements.push({
        line: this.#line,
        reason: `element ${this.#index + 1}: nothing between two commas`,
      })
    this.#index++
    this.#startLine = 0
    this.#closed = isLast
    if (isLast) this.#depth = 0
  }

  /** @returns what is wrong with the array as a whole */
  end(): Element[] {
    if (this.#closed) return []
    const reason = `the array is not closed: the file is truncated, or a quote or bracket of element ${this.#index + 1} is missing`
    return [{ line: this.#startLine || this.#line, reason }]
  }
}
