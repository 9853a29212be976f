/**
 * Values as Python writes them: what Jinja prints for them, which the template library leaves to JavaScript. Source:
 * `repr` and `str` in the Python 3.12 documentation; test/golden/make_printed.py compares them with Jinja2.
 */
import assert from 'node:assert/strict'
import { isObject } from './json.ts'

/** The template library's form of a value; lists hold such values, and so do maps. */
interface RuntimeValue {
  type: string
  value: unknown
  toString(): string
}

/** @returns what Jinja prints for a value of the library: a text itself, other values in Python's form, nothing for what is undefined */
export function printed(value: unknown): string {
  assert(isRuntimeValue(value), 'the template library has changed its form of values')
  if (value.type === 'StringValue') return String(value.value)
  return value.type === 'UndefinedValue' ? '' : written(value)
}

function isRuntimeValue(value: unknown): value is RuntimeValue {
  return isObject(value) && typeof value.type === 'string' && 'value' in value
}

function written(value: unknown): string {
  assert(isRuntimeValue(value), 'lists hold values of the library')
  const content = value.value
  if (value.type === 'NullValue') return 'None'
  if (typeof content === 'string') return quoted(content)
  if (Array.isArray(content)) {
    const items = content.map(written)
    if (value.type !== 'TupleValue') return `[${items.join(', ')}]`
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
  }
  if (content instanceof Map && value.type !== 'NamespaceValue') {
    const entries = [...content].map(([key, each]) => `${quoted(String(key))}: ${written(each)}`)
    return `{${entries.join(', ')}}`
  }
  if (typeof content === 'boolean') return content ? 'True' : 'False'
  return value.toString()
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Single quotes, unless the text has those and no double ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inside = Array.from(text, (character) => {
    if (character === quote) return `\\${quote}`
    return escapes[character] ?? (isPrintable(character) ? character : escapedCode(character))
  })
  return quote + inside.join('') + quote
}

/** As str.isprintable(), except that the marks of chat.ts are kept. */
function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character) || /[\ufdd0-\ufdef]/.test(character)
}

function escapedCode(character: string): string {
  const code = character.codePointAt(0)!
  const [letter, width] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8]
  return `\\${letter}${code.toString(16).padStart(width as number, '0')}`
}
