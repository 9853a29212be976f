import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { csvOf, markdownOf } from '../../../renderer/app/table-text.ts'

test('a Markdown table has padded columns, and no text can end its cell', () => {
  const text = markdownOf({
    head: ['Arm', 'Rate'],
    rows: [
      ['token', '66.6'],
      ['a | *b*\n<i>', '5'],
    ],
  })
  assert.equal(
    text,
    [
      '| Arm              | Rate |',
      '| ---------------- | ---- |',
      '| token            | 66.6 |',
      '| a \\| \\*b\\* \\<i\\> | 5    |',
      '',
    ].join('\n'),
  )
})

test('any text in a cell reads back unchanged from the CSV', () => {
  const row = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      const head = ['Arm', 'Rate, 95% "interval"']
      const read = parse(csvOf({ head, rows }), { record_delimiter: '\r\n', relax_column_count: false })
      assert.deepEqual(read, [head, ...rows])
    }),
  )
})
