import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repeatedCorrections, replacementsOf } from '../../../electron/host/annotate/repeated-corrections.ts'
import { placesOf } from '../../../electron/pipeline/label/words.ts'

const edit = (rejected: string, edited: string) => ({
  rejected,
  replacements: replacementsOf(rejected, edited),
})

test('an edit’s replacements are whole words, without the punctuation that both sides end with', () => {
  assert.deepEqual(replacementsOf('It is bad. I suppose so.', 'It is good. so.'), [
    { from: 'bad. I suppose', to: 'good.' },
  ])
  assert.deepEqual(replacementsOf('That is bad, really.', 'That is good, really.'), [
    { from: 'bad', to: 'good' },
  ])
  assert.deepEqual(replacementsOf('I suppose it is.', 'it is.'), [{ from: 'I suppose', to: '' }])
  assert.deepEqual(replacementsOf('Equal.', 'Equal.'), [])
  assert.deepEqual(replacementsOf('a b c d e f g h', 'z'), [])
})

test('words are found as whole words only', () => {
  assert.deepEqual([...placesOf('utilise, utilised; utilise', 'utilise')], [0, 19])
  assert.deepEqual([...placesOf('nothing', '')], [])
})

test('what was changed twice is a correction, with the more frequent result', () => {
  const edits = [
    edit('We utilise it.', 'We use it.'),
    edit('They utilise it.', 'They use it.'),
    edit('You utilise it.', 'You need it.'),
    edit('We leverage it.', 'We use it.'),
  ]
  assert.deepEqual(repeatedCorrections(edits, 10), [{ from: 'utilise', to: 'use', times: 2 }])
})

test('words that are mostly kept are not offered as a correction', () => {
  const kept = Array.from({ length: 3 }, () => edit('It is at ten today.', 'It is at ten today.'))
  const changed = Array.from({ length: 2 }, () => edit('It is at ten today.', 'It is at two today.'))
  assert.deepEqual(repeatedCorrections([...kept, ...changed], 10), [])
  assert.equal(repeatedCorrections(changed, 10).length, 1)
})
