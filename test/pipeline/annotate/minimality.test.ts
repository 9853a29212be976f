import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byteLevelTokenizer, type Tokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { minimality, putBack, textHunks } from '../../../electron/pipeline/annotate/minimality.ts'
import { align } from '../../../electron/pipeline/label/align.ts'
import { labelPair } from '../../../electron/pipeline/label/labels.ts'
import { goldenKinds, openGolden } from '../../engine/tokenizer/golden-tokenizers.ts'

const character = fc.constantFrom(
  'a',
  'b',
  ' ',
  'é',
  'è',
  'e\u0301',
  '€',
  '₭',
  '编',
  '辑',
  '😀',
  '😁',
  '\n',
  '▁',
)
const text = fc.array(character, { maxLength: 14 }).map((parts) => parts.join(''))

function hunksOf(tokenizer: Tokenizer, rejected: string, edited: string) {
  return textHunks(labelPair(tokenizer, 'item_1', rejected, edited), rejected, edited)
}

for (const kind of goldenKinds) {
  const tokenizer = openGolden(kind)

  test(`${kind}: undoing every change gives the rejected text`, () => {
    fc.assert(
      fc.property(text, text, (rejected, edited) => {
        const hunks = hunksOf(tokenizer, rejected, edited)
        const restored = hunks.reduceRight((now, hunk) => putBack(rejected, now, hunk), edited)
        assert.equal(restored, rejected)
      }),
    )
  })

  test(`${kind}: changes are in order, separate, and real`, () => {
    fc.assert(
      fc.property(text, text, (rejected, edited) => {
        let before = { rejectedEnd: -1, editedEnd: -1 }
        for (const hunk of hunksOf(tokenizer, rejected, edited)) {
          assert.ok(hunk.rejectedStart > before.rejectedEnd && hunk.editedStart > before.editedEnd)
          assert.ok(hunk.rejectedStart < hunk.rejectedEnd || hunk.editedStart < hunk.editedEnd)
          before = hunk
        }
      }),
    )
  })
}

const words = byteLevelTokenizer(['The', 'old', 'editor', 'struck', 'kept', 'two', 'words'])

test('a change is a stretch of characters in both texts', () => {
  const rejected = 'The old editor struck two words.'
  const edited = 'The editor kept two words!'
  assert.deepEqual(hunksOf(words, rejected, edited), [
    { rejectedStart: 3, rejectedEnd: 7, editedStart: 3, editedEnd: 3 },
    { rejectedStart: 14, rejectedEnd: 21, editedStart: 10, editedEnd: 15 },
    { rejectedStart: 31, rejectedEnd: 32, editedStart: 25, editedEnd: 26 },
  ])
})

test('one change can be undone alone', () => {
  const rejected = 'The old editor struck two words.'
  const edited = 'The editor kept two words!'
  const [first, second] = hunksOf(words, rejected, edited)
  assert.equal(putBack(rejected, edited, first!), 'The old editor kept two words!')
  assert.equal(putBack(rejected, edited, second!), 'The editor struck two words!')
})

test('a change inside a character covers the whole character', () => {
  assert.deepEqual(hunksOf(openGolden('gpt2'), 'a€b', 'a₭b'), [
    { rejectedStart: 1, rejectedEnd: 2, editedStart: 1, editedEnd: 2 },
  ])
})

test('kept share, edit ratio and hunks are counted in tokens', () => {
  const labels = labelPair(words, 'item_1', 'The old editor struck two words.', 'The editor kept two words!')
  // 7 and 6 tokens: one deleted, two substituted.
  assert.deepEqual(minimality(labels), { keptShare: 4 / 7, editRatio: 3 / 7, hunkCount: 3 })
})

test('an unchanged text is kept whole, an empty one too, and of a new one nothing is kept', () => {
  const measure = (rejected: string, edited: string) =>
    minimality(labelPair(words, 'item_1', rejected, edited))
  assert.deepEqual(measure('two words', 'two words'), { keptShare: 1, editRatio: 0, hunkCount: 0 })
  assert.deepEqual(measure('', ''), { keptShare: 1, editRatio: 0, hunkCount: 0 })
  assert.deepEqual(measure('two', ' old'), { keptShare: 0, editRatio: 1, hunkCount: 1 })
})

test('the edit ratio is the Levenshtein distance over the longer length, and hunks are those of the alignment', () => {
  fc.assert(
    fc.property(text, text, (rejected, edited) => {
      const labels = labelPair(words, 'item_1', rejected, edited)
      const { distance, hunks } = align(labels.rejected.ids, labels.edited.ids)
      const longest = Math.max(labels.rejected.ids.length, labels.edited.ids.length)
      const { editRatio, hunkCount } = minimality(labels)
      assert.equal(editRatio, longest === 0 ? 0 : distance / longest)
      assert.equal(hunkCount, hunks.length)
    }),
  )
})
