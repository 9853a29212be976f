import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellingText } from '../../../renderer/app/telling-text.ts'

test('rows with the prompt of a neighbour show their responses', () => {
  const rows = [
    { prompt: 'Summarise.', response: 'one' },
    { prompt: 'Summarise.', response: 'two' },
    { prompt: 'Where is it?', response: 'three' },
  ]
  const shown = rows.map((_, index) => tellingText((at) => rows[at], index))
  assert.deepEqual(shown, ['one', 'two', 'Where is it?'])
  assert.equal(
    tellingText(() => undefined, 0),
    undefined,
  )
})
