import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from '../../electron/contract/parse-json.ts'

const roundTrip = (value: unknown) => JSON.stringify(parseJson(JSON.stringify(value)))

test('a key with an escape is the key of the text, also after a key with a backslash in its place', () => {
  const escaped = ['"', '\n', '\r', '\t', '\b', '\f', '\0']
  for (const before of ['', 'b', 'é', '\\']) {
    for (const first of [{}, { a: 1 }, { a: [], 'c d': {} }]) {
      const rows = [`${before}\\`, ...escaped.map((key) => before + key)].map((key) => ({
        ...first,
        [key]: 2,
      }))
      for (const row of [...rows, ...rows]) assert.equal(roundTrip(row), JSON.stringify(row))
    }
  }
})

test('any JSON is parsed as it was written, keys called __proto__ and repeated keys included', () => {
  const unit = fc.constantFrom('\\', '"', '\n', 'a', '{', '}', ',', ':', '[', ' ', 'é', '\u2028')
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit, maxLength: 4 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.constantFrom(true, false, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string({ unit, maxLength: 3 }), tie('value'), { maxKeys: 4 }),
    ),
  })).value
  fc.assert(
    fc.property(value, (any) => assert.equal(roundTrip(any), JSON.stringify(any))),
    { numRuns: 2000 },
  )
  assert.equal(
    JSON.stringify(parseJson(' { "\\\\" : 1 , "__proto__" : [ -1.5e3 ] , "\\\\" : 2 } ')),
    '{"\\\\":2,"__proto__":[-1500]}',
  )
})

test('what is not JSON is refused, whatever its keys, and deep nesting ends nothing', () => {
  for (const text of ['', '{"\\\\":}', '{"\\\\":1', '{"\\\\":1}}', '{"\\":1}'])
    assert.throws(() => parseJson(text), SyntaxError)
  const deep = `${'[{"\\\\":'.repeat(100_000)}1${'}]'.repeat(100_000)}`
  assert.throws(() => parseJson(deep), /nested deeper/)
  assert.equal(Array.isArray(parseJson(`${'['.repeat(100_000)}"\\\\"${']'.repeat(100_000)}`)), true)
})
