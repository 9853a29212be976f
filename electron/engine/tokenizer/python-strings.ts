/**
 * Methods of Python's str, as chat templates call them, on code points. Source: "Text Sequence Type — str" in the
 * Python 3.12 documentation; test/golden/make_templates.py compares every one with Python.
 */

/** What a template passes: positional arguments (lists as arrays of values), and named ones. */
export interface Arguments {
  positional: readonly unknown[]
  named: ReadonlyMap<string, unknown>
}

type Method = (text: string, args: Arguments) => string | number | boolean | string[]

/** Characters that Python's str.isspace() accepts. */
const space = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const isSpace = new RegExp(`^[${space}]$`)
const words = new RegExp(`[^${space}]+`, 'gu')
/** What ends a line for str.splitlines(). */
const lineEnd = '[\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029]'
const lineBreaks = new RegExp(`\\r\\n|${lineEnd}`, 'g')

export const stringMethods: Readonly<Record<string, Method>> = {
  strip: (text, args) => strip(text, stripSet(args), 'both'),
  lstrip: (text, args) => strip(text, stripSet(args), 'start'),
  rstrip: (text, args) => strip(text, stripSet(args), 'end'),
  split: (text, args) => split(text, args),
  rsplit: (text, args) => reversed(split(reverse(text), reverseSeparator(args))),
  splitlines: (text, args) => splitLines(text, Boolean(argument(args, 0, 'keepends') ?? false)),
  partition: (text, args) => partition(text, textArgument(args, 0, 'sep'), 'first'),
  rpartition: (text, args) => partition(text, textArgument(args, 0, 'sep'), 'last'),
  replace: (text, args) => replace(text, args),
  removeprefix: (text, args) => {
    const prefix = textArgument(args, 0, 'prefix')
    return text.startsWith(prefix) ? text.slice(prefix.length) : text
  },
  removesuffix: (text, args) => {
    const suffix = textArgument(args, 0, 'suffix')
    return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text
  },
  startswith: (text, args) => affixes(args).some((each) => within(text, args)?.startsWith(each) ?? false),
  endswith: (text, args) => affixes(args).some((each) => within(text, args)?.endsWith(each) ?? false),
  find: (text, args) => find(text, args, 'first'),
  rfind: (text, args) => find(text, args, 'last'),
  index: (text, args) => found(find(text, args, 'first')),
  rindex: (text, args) => found(find(text, args, 'last')),
  count: (text, args) => {
    const part = textArgument(args, 0, 'sub')
    const inside = within(text, args)
    if (inside === null) return 0
    return part === '' ? Array.from(inside).length + 1 : inside.split(part).length - 1
  },
  join: (text, args) => {
    const items = argument(args, 0, 'iterable')
    if (typeof items === 'string') return Array.from(items).join(text)
    if (!Array.isArray(items)) throw new TypeError('join() takes a list of texts')
    return items.map(plainText).join(text)
  },
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: (text) => text.replace(/\p{L}+/gu, (word) => capitalize(word)),
  capitalize: (text) => capitalize(text),
  swapcase: (text) =>
    text.replace(/\p{L}/gu, (each) => (/\p{Lu}/u.test(each) ? each.toLowerCase() : each.toUpperCase())),
  center: (text, args) => center(text, args),
  ljust: (text, args) => text + padding(text, args),
  rjust: (text, args) => padding(text, args) + text,
  zfill: (text, args) => {
    const zeros = '0'.repeat(Math.max(0, numberArgument(args, 0, 'width') - Array.from(text).length))
    return /^[+-]/.test(text) ? text[0] + zeros + text.slice(1) : zeros + text
  },
  isspace: (text) => text !== '' && Array.from(text).every((each) => isSpace.test(each)),
  isalpha: (text) => /^\p{L}+$/u.test(text),
  isdecimal: (text) => /^\p{Nd}+$/u.test(text),
  isupper: (text) => isCased(text, /[\p{Ll}\p{Lt}]/u),
  islower: (text) => isCased(text, /[\p{Lu}\p{Lt}]/u),
}

/** The filter "title": Jinja capitalises what follows a blank, a hyphen or an opening bracket. */
export function titleFilter(text: string): string {
  return text
    .split(new RegExp(`([-${space}({\\[<]+)`, 'u'))
    .map((word) => capitalize(word))
    .join('')
}

function capitalize(text: string): string {
  const [first = '', ...rest] = Array.from(text)
  return first.toUpperCase() + rest.join('').toLowerCase()
}

function isCased(text: string, other: RegExp): boolean {
  return /[\p{Lu}\p{Ll}]/u.test(text) && !other.test(text)
}

function argument({ positional, named }: Arguments, index: number, name: string): unknown {
  return index < positional.length ? positional[index] : named.get(name)
}

function textArgument(args: Arguments, index: number, name: string): string {
  const value = argument(args, index, name)
  if (typeof value === 'string') return value
  throw new TypeError(`the argument "${name}" must be a text`)
}

function numberArgument(args: Arguments, index: number, name: string): number {
  const value = argument(args, index, name)
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw new TypeError(`the argument "${name}" must be a whole number`)
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError('a list of texts is expected')
}

/** The characters that strip() removes, or null for white space. */
function stripSet(args: Arguments): Set<string> | null {
  const value = argument(args, 0, 'chars') ?? null
  return value === null ? null : new Set(textArgument(args, 0, 'chars'))
}

function strip(text: string, set: ReadonlySet<string> | null, side: 'start' | 'end' | 'both'): string {
  const characters = Array.from(text)
  const isRemoved = (each: string) => (set === null ? isSpace.test(each) : set.has(each))
  let start = 0
  let end = characters.length
  if (side !== 'end') while (start < end && isRemoved(characters[start]!)) start++
  if (side !== 'start') while (end > start && isRemoved(characters[end - 1]!)) end--
  return characters.slice(start, end).join('')
}

function split(text: string, args: Arguments): string[] {
  const separator = argument(args, 0, 'sep') ?? null
  const limit = argument(args, 1, 'maxsplit') ?? -1
  if (typeof limit !== 'number') throw new TypeError('the argument "maxsplit" must be a whole number')
  const most = limit < 0 ? Number.POSITIVE_INFINITY : limit
  if (separator === null) return splitWords(text, most)
  if (separator === '') throw new RangeError('empty separator')
  const parts = text.split(plainText(separator))
  if (parts.length <= most + 1) return parts
  return [...parts.slice(0, most), parts.slice(most).join(plainText(separator))]
}

function splitWords(text: string, most: number): string[] {
  const parts: string[] = []
  for (const { 0: word, index } of text.matchAll(words)) {
    if (parts.length === most) return [...parts, text.slice(index)]
    parts.push(word)
  }
  return parts
}

function reverse(text: string): string {
  return Array.from(text).reverse().join('')
}

function reverseSeparator({ positional, named }: Arguments): Arguments {
  const flip = (value: unknown) => (typeof value === 'string' ? reverse(value) : value)
  return {
    positional: positional.map(flip),
    named: new Map([...named].map(([key, value]) => [key, flip(value)])),
  }
}

function reversed(parts: readonly string[]): string[] {
  return parts.map(reverse).reverse()
}

function splitLines(text: string, keepsEnds: boolean): string[] {
  const lines: string[] = []
  let from = 0
  for (const { 0: end, index } of text.matchAll(lineBreaks)) {
    lines.push(text.slice(from, keepsEnds ? index + end.length : index))
    from = index + end.length
  }
  if (from < text.length) lines.push(text.slice(from))
  return lines
}

function partition(text: string, separator: string, which: 'first' | 'last'): string[] {
  if (separator === '') throw new RangeError('empty separator')
  const at = which === 'first' ? text.indexOf(separator) : text.lastIndexOf(separator)
  if (at < 0) return which === 'first' ? [text, '', ''] : ['', '', text]
  return [text.slice(0, at), separator, text.slice(at + separator.length)]
}

function replace(text: string, args: Arguments): string {
  const before = textArgument(args, 0, 'old')
  const after = textArgument(args, 1, 'new')
  const limit = argument(args, 2, 'count') ?? -1
  let left = typeof limit === 'number' && limit >= 0 ? limit : Number.POSITIVE_INFINITY
  const parts = before === '' ? ['', ...Array.from(text), ''] : text.split(before)
  return parts.reduce((joined, part) => joined + (left-- > 0 ? after : before) + part)
}

function affixes(args: Arguments): string[] {
  const value = argument(args, 0, 'prefix')
  return Array.isArray(value) ? value.map(plainText) : [plainText(value)]
}

/** The part of the text between the arguments "start" and "end", or null if it begins after the text's end. */
function within(text: string, args: Arguments): string | null {
  const range = readRange(text, args)
  return range === null ? null : range.characters.slice(range.start, range.end).join('')
}

function readRange(
  text: string,
  args: Arguments,
): { characters: string[]; start: number; end: number } | null {
  const characters = Array.from(text)
  const size = characters.length
  const clamp = (value: number) => Math.max(0, value < 0 ? value + size : value)
  const given = (index: number, name: string) => argument(args, index, name) ?? null
  const start = given(1, 'start') === null ? 0 : clamp(numberArgument(args, 1, 'start'))
  const end = given(2, 'end') === null ? size : Math.min(size, clamp(numberArgument(args, 2, 'end')))
  return start > size || start > end ? null : { characters, start, end }
}

function find(text: string, args: Arguments, which: 'first' | 'last'): number {
  const part = textArgument(args, 0, 'sub')
  const range = readRange(text, args)
  if (range === null) return -1
  const inside = range.characters.slice(range.start, range.end).join('')
  const at = which === 'first' ? inside.indexOf(part) : inside.lastIndexOf(part)
  return at < 0 ? -1 : range.start + Array.from(inside.slice(0, at)).length
}

function found(at: number): number {
  if (at < 0) throw new RangeError('substring not found')
  return at
}

function padding(text: string, args: Arguments): string {
  const fill = argument(args, 1, 'fillchar') ?? ' '
  return plainText(fill).repeat(Math.max(0, numberArgument(args, 0, 'width') - Array.from(text).length))
}

/** As CPython: an odd character of padding goes to the left if the width is odd. */
function center(text: string, args: Arguments): string {
  const all = padding(text, args)
  const fill = Array.from(all)
  const width = numberArgument(args, 0, 'width')
  const left = Math.floor(fill.length / 2) + (fill.length & width & 1)
  return fill.slice(0, left).join('') + text + fill.slice(left).join('')
}
