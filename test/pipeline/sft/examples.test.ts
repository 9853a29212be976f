/** What SFT imitates: chosen responses or finished edits. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demonstrations } from '../../../electron/pipeline/sft/examples.ts'
import { toyRows, toyTokenizer } from '../../invariant/toy.ts'

const tokenizer = toyTokenizer()
const limits = { maxQueryTokens: 64, maxResponseTokens: 64, maxPositions: 256 }

test('the responses are the chosen ones or the edits, each with EOS', () => {
  const rows = toyRows(3, 2)
  for (const [responses, textOf] of [
    ['chosen', (i: number) => rows[i]!.item.chosen],
    ['edited', (i: number) => rows[i]!.edited],
  ] as const) {
    const { train, heldout } = demonstrations(rows, tokenizer, { ...limits, responses })
    assert.deepEqual(
      [...train, ...heldout].map(({ response }) => response),
      rows.map((_, i) => [...tokenizer.encode(textOf(i)!), tokenizer.eosId]),
    )
    assert.deepEqual([train.length, heldout.length], [3, 2])
  }
})

test('a row without the response to imitate is left out', () => {
  const rows = toyRows(2)
  rows[0]!.edited = null
  rows[1]!.item.chosen = null
  const count = (responses: 'chosen' | 'edited') =>
    demonstrations(rows, tokenizer, { ...limits, responses }).train.length
  assert.deepEqual([count('chosen'), count('edited')], [1, 1])
})
