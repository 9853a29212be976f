import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TokenLabels } from '../../../electron/contract/records.ts'
import { byteLevelTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { labelPair } from '../../../electron/pipeline/label/labels.ts'
import { goldenKinds, openGolden } from '../../engine/tokenizer/golden-tokenizers.ts'

const word = fc.constantFrom(
  'stet',
  'the',
  'naïve',
  'e\u0301',
  '👩‍👧',
  '编辑',
  'word',
  '12',
  '.',
  '<|end|>',
  '\n',
  '▁',
)
const sentence = fc.array(word, { maxLength: 20 }).map((words) => words.join(' '))

/** A sentence and a light edit of it. */
const edit = fc
  .tuple(fc.array(word, { maxLength: 20 }), fc.array(fc.tuple(fc.nat(20), fc.option(word)), { maxLength: 4 }))
  .map(([words, changes]) => {
    const edited = [...words]
    for (const [at, put] of changes) edited.splice(at, put === null ? 1 : 0, ...(put === null ? [] : [put]))
    return [words.join(' '), edited.join(' ')] as const
  })

function ids({ ids: all, labels }: TokenLabels, wanted: (label: number) => boolean): number[] {
  return all.filter((_, i) => wanted(labels[i]!))
}

for (const kind of goldenKinds) {
  const tokenizer = openGolden(kind)

  test(`${kind}: labels belong to the texts' own tokens, and kept tokens are the same in both`, () => {
    fc.assert(
      fc.property(fc.oneof(edit, fc.tuple(sentence, sentence)), ([rejected, edited]) => {
        const pair = labelPair(tokenizer, 'item_1', rejected, edited)
        assert.deepEqual(pair.rejected.ids, tokenizer.encode(rejected))
        assert.deepEqual(pair.edited.ids, tokenizer.encode(edited))
        assert.deepEqual(pair.rejected.offsets, tokenizer.encodeWithOffsets(rejected).offsets)
        assert.ok(pair.rejected.labels.every((label) => label === 0 || label === -1))
        assert.ok(pair.edited.labels.every((label) => label === 0 || label === 1))
        const kept = (label: number) => label === 0
        assert.deepEqual(ids(pair.rejected, kept), ids(pair.edited, kept))
      }),
      { numRuns: 50 },
    )
  })

  test(`${kind}: exchanging the texts flips the signs`, () => {
    fc.assert(
      fc.property(fc.oneof(edit, fc.tuple(sentence, sentence)), ([rejected, edited]) => {
        const pair = labelPair(tokenizer, 'item_1', rejected, edited)
        const flipped = labelPair(tokenizer, 'item_1', edited, rejected)
        const signs = (labels: number[]) => labels.map((label) => (label === 0 ? 0 : -label))
        assert.deepEqual(signs(pair.rejected.labels), flipped.edited.labels)
        assert.deepEqual(signs(pair.edited.labels), flipped.rejected.labels)
      }),
      { numRuns: 50 },
    )
  })

  test(`${kind}: labels rebuild both texts`, () => {
    fc.assert(
      fc.property(edit, ([rejected, edited]) => {
        const pair = labelPair(tokenizer, 'item_1', rejected, edited)
        assert.equal(tokenizer.decode(merge(pair.rejected, pair.edited)), tokenizer.decode(pair.edited.ids))
        assert.equal(tokenizer.decode(merge(pair.edited, pair.rejected)), tokenizer.decode(pair.rejected.ids))
      }),
      { numRuns: 50 },
    )
  })
}

/** `to`'s ids from the kept ids of `from` and the changed ones of `to`, distinguished by labels alone. */
function merge(from: TokenLabels, to: TokenLabels): number[] {
  const kept = ids(from, (label) => label === 0).values()
  return to.ids.map((id, i) => (to.labels[i] === 0 ? kept.next().value! : id))
}

test('identical texts have only zeros', () => {
  fc.assert(
    fc.property(sentence, (text) => {
      const { rejected, edited } = labelPair(openGolden('smollm'), 'item_1', text, text)
      assert.ok([...rejected.labels, ...edited.labels].every((label) => label === 0))
    }),
    { numRuns: 20 },
  )
})

test('a replaced, a deleted and an inserted word are labelled', () => {
  const tokenizer = byteLevelTokenizer(['The', 'old', 'editor', 'struck', 'kept', 'two', 'words', 'here'])
  const pair = labelPair(
    tokenizer,
    'item_1',
    'The old editor struck two words.',
    'The editor kept two words here.',
  )
  assert.deepEqual(pair.rejected.labels, [0, -1, 0, -1, 0, 0, 0])
  assert.deepEqual(pair.edited.labels, [0, 0, 1, 0, 0, 1, 0])
  assert.deepEqual(pair.rejected.offsets[1], [3, 7])
  assert.deepEqual([pair.itemId, pair.tokenizerHash], ['item_1', tokenizer.hash])
})

test('with an empty text every token is changed', () => {
  const tokenizer = byteLevelTokenizer(['word'])
  const pair = labelPair(tokenizer, 'item_1', 'word', '')
  assert.deepEqual([pair.rejected.labels, pair.edited.labels], [[-1], []])
})
