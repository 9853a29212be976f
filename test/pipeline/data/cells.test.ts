import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCells } from '../../../electron/pipeline/data/cells.ts'
import { parsePython } from '../../../electron/pipeline/data/python-literal.ts'

/** What becomes of one cell: its value, or the reason why the row is refused. */
function cell(text: string, column = 'chosen'): unknown {
  const row = parseCells({ line: 1, value: { [column]: text } })
  return 'reason' in row ? new Error(row.reason) : row.value[column]
}

const messages = [
  { role: 'user', content: 'It\'s "x"\n\\ é 😀' },
  { role: 'assistant', content: '' },
]

test('messages are read from JSON and from the literals of Python and NumPy', () => {
  const python = `[{'role': 'user', 'content': 'It\\'s "x"\\n\\\\ é 😀'}, {'content': "", 'role': 'assistant'}]`
  assert.deepEqual(cell(python), messages)
  assert.deepEqual(cell(JSON.stringify(messages)), messages)
  assert.deepEqual(cell(python.replace('}, {', '}\n {')), messages, 'as NumPy prints an array')
  assert.deepEqual(cell(`array(${python}, dtype=object)`), messages)
  assert.deepEqual(cell("[{'from': 'human', 'value': '\\x41\\u00e9\\U0001f600', 'weight': None}]"), [
    { from: 'human', value: 'Aé😀', weight: null },
  ])
})

test('messages that cannot be read refuse the row, and never stay text', () => {
  for (const text of [
    "[{'role': 'user', 'content': 'open}]",
    "[{'role': 'user', 'content': 'a'} ...]",
    "[{'role': 'user', 'content': datetime(2024)}]",
    '[{"role": "user", "content": "a"}',
    `${"[{'role': 'user', 'content': ".repeat(200)}`,
  ]) {
    const outcome = cell(text)
    assert.ok(outcome instanceof Error, text)
    assert.match(
      outcome.message,
      /^"chosen": it looks like a list of messages but cannot be read .*write it as JSON/,
    )
  }
})

test('texts that only look nested stay as they are', () => {
  for (const text of [
    '[1, 2]',
    '{"a": 1}',
    '[{"name": "x"}]',
    '[citation needed]',
    "{'role': 'x'}",
    '[{',
    'role: content',
    '[]',
  ])
    assert.equal(cell(text), text)
  assert.equal(cell('[{"role": 1}, "content: value"]'), '[{"role": 1}, "content: value"]')
})

test('columns that always hold lists are parsed whatever is in them', () => {
  assert.deepEqual(cell('[True, False]', 'labels'), [true, false])
  assert.deepEqual(cell("['a' 'b']", 'completions'), ['a', 'b'])
  assert.deepEqual(cell("[(3, 5, 'Wrong')]", 'error_spans'), [[3, 5, 'Wrong']])
  assert.deepEqual(cell("[['q', 'a']]", 'history'), [['q', 'a']])
  assert.deepEqual(cell("['a b' 'c']", 'edited.responses'), ['a b', 'c'])
  assert.deepEqual(cell("['u1', 'u2']", 'edited.responses.users'), ['u1', 'u2'])
  assert.ok(cell('[oops', 'completions') instanceof Error)
  assert.equal(cell('good', 'labels'), 'good')
})

test('what JSON can hold is read back from how Python writes it', () => {
  const written = (value: unknown): string => {
    if (value === null) return 'None'
    if (typeof value === 'boolean') return value ? 'True' : 'False'
    if (typeof value === 'number') return String(value)
    if (typeof value === 'string') {
      const inner = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')
      return `'${inner}'`
    }
    if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
    return `{${Object.entries(value as object)
      .map(([key, part]) => `${written(key)}: ${written(part)}`)
      .join(', ')}}`
  }
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3, noUnicodeString: false }), (value) => {
      const plain = JSON.parse(JSON.stringify(value))
      assert.equal(JSON.stringify(parsePython(written(plain))), JSON.stringify(plain))
    }),
    { numRuns: 300 },
  )
})

test('any text is a value or a reason, soon', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('[', ']', '{', '}', "'", '"', ':', ',', '\\', 'x', 'array(', ' ', '1'), {
        maxLength: 60,
      }),
      (parts) => {
        const text = `[{'role': 'a', 'content': ${parts.join('')}`
        const outcome = cell(text)
        assert.ok(outcome instanceof Error || Array.isArray(outcome) || outcome === text)
      },
    ),
    { numRuns: 500 },
  )
})
