/** Damages files in ways that accidents and attackers do: the same seed gives the same damage. */

export interface Random {
  /** From 0, below `end`. */
  below(end: number): number
  oneOf<T>(values: readonly T[]): T
}

/** Mulberry32: small and good enough to choose what to break. */
export function newRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return { below, oneOf: (values) => values[below(values.length)]! }
}

const hardBytes = [0, 1, 0x0a, 0x22, 0x2c, 0x5b, 0x5c, 0x7b, 0x7f, 0x80, 0xff]

/** Bytes changed, repeated, removed or cut; most of them near the beginning, where headers are. */
export function damageBytes(whole: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(whole)
  const place = () =>
    random.below(2) ? random.below(Math.min(bytes.length, 512) || 1) : random.below(bytes.length || 1)
  for (let count = 1 + random.below(6); count > 0; count--) {
    const at = place()
    const length = random.below(64)
    const what = random.below(8)
    if (what < 5) bytes[at] = random.below(2) ? random.oneOf(hardBytes) : random.below(256)
    else if (what === 5) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    else if (what === 6) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
    else if (random.below(3) === 0) bytes = bytes.subarray(0, at)
    else bytes.fill(0xff, at, Math.min(bytes.length, at + 8))
  }
  return bytes
}

const deep = (depth: number) => {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value }
  return value
}

/** Stands for a list that is nested too deep for most code, and for making it here. */
const deepMark = '@deep@'
const deepText = `${'['.repeat(20_000)}${']'.repeat(20_000)}`

/** Values that code forgets: each stands where something else was expected. */
const hardValues: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => 2 ** 31,
  () => 2 ** 53,
  () => -(2 ** 63),
  () => 1e308,
  () => '',
  () => ' ',
  () => '\u0000',
  () => '\ud800',
  () => '__proto__',
  () => '../../../etc/passwd',
  () => '{% for i in range(9) %}{{ i }}{% endfor %}',
  () => '(a|b',
  () => 'a'.repeat(70_000),
  () => [],
  () => ({}),
  () => [[]],
  () => deep(40),
  () => deepMark,
  () => Array.from({ length: 300 }, (_, i) => i),
  () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}'),
]

interface Slot {
  holder: Record<string, unknown>
  key: string
}

function slotsOf(value: unknown): Slot[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...slotsOf(holder[key])])
}

/** A JSON value with one to four places replaced, removed, renamed or exchanged. */
export function damageJson(value: unknown, random: Random): unknown {
  const damaged = structuredClone(value)
  const slots = slotsOf(damaged)
  for (let count = slots.length && 1 + random.below(4); count > 0; count--) {
    const { holder, key } = random.oneOf(slots)
    const what = random.below(8)
    if (what < 5) holder[key] = random.oneOf(hardValues)()
    else if (what === 5) delete holder[key]
    else if (what === 6 && !Array.isArray(holder))
      holder[random.oneOf(['', '__proto__', `${key} `])] = holder[key]
    else {
      const other = random.oneOf(slots)
      holder[key] = structuredClone(other.holder[other.key])
    }
  }
  return damaged
}

/** JSON text of damaged content, or damaged JSON text. */
export function damageJsonText(value: unknown, random: Random): Buffer {
  if (random.below(3) > 0) {
    const text = JSON.stringify(damageJson(value, random)) ?? 'null'
    return Buffer.from(text.replace(`"${deepMark}"`, deepText))
  }
  return damageBytes(Buffer.from(JSON.stringify(value)), random)
}

const templateParts = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '#}',
  '{%- endfor %}',
  '{% if x %}',
  '{% else %}',
  '{% endif %}',
  '{{ messages }}',
  '{{ messages[99].content }}',
  '{{ messages.x.y.z }}',
  '{{ 1 / 0 }}',
  '{{ "a" * 9 }}',
  '{% for m in messages %}',
  '{{ raise_exception("no") }}',
  '{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}',
  '{{ messages | tojson }}',
  '{{ messages[0].content.split("") }}',
  '{% set x = namespace() %}',
  '{{ x.__proto__ }}',
  '{{ messages.constructor.constructor("return process")() }}',
  '|',
  '(',
  ')',
  "'",
  '"',
  '[',
  ']',
  '~',
  '\u0000',
]

/** A template with parts inserted, removed or exchanged. */
export function damageTemplate(template: string, random: Random): string {
  let text = template
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(text.length + 1)
    const to = random.below(3) ? at : Math.min(text.length, at + random.below(40))
    text = text.slice(0, at) + (random.below(4) ? random.oneOf(templateParts) : '') + text.slice(to)
  }
  return text
}
