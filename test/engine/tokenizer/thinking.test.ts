import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteLevelTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { responseText, withoutThinking } from '../../../electron/engine/tokenizer/thinking.ts'

test('a thinking block before an answer is left out, and nothing else', () => {
  assert.equal(withoutThinking('<think>\nwhy\n</think>\n\nb '), 'b ')
  assert.equal(withoutThinking('\n<think></think>b'), 'b')
  assert.equal(withoutThinking('<think>never ends'), '')
  for (const text of ['b', ' b <think>x</think>', 'a </think> b', ''])
    assert.equal(withoutThinking(text), text)
})

test('generated text has no thinking block unless it is kept, wherever tokens begin and end', () => {
  for (const words of [[], ['</think>\n\nb'], ['<think>', '</think>']]) {
    const tokenizer = byteLevelTokenizer(words)
    const textOf = (text: string, isOpen = false, keepThinking = false) =>
      responseText(tokenizer, [...tokenizer.encode(text), tokenizer.eosId], { isOpen, keepThinking })
    assert.equal(textOf('<think>\nwhy é\n</think>\n\nbé'), 'bé')
    assert.equal(textOf('why\n</think>\n\nbé', true), 'bé')
    assert.equal(textOf('<think>why'), '')
    assert.equal(textOf('why', true), '')
    assert.equal(textOf('plain <think>'), 'plain <think>')
    assert.equal(textOf('<think>why</think>b', false, true), '<think>why</think>b')
  }
})
