import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { byteLevelTokenizer, loadTokenizer } from '../../../../electron/engine/tokenizer/index.ts'
import { TextStream } from '../../../../electron/host/models/serve/text-stream.ts'

const bytes = byteLevelTokenizer([])

function partsOf(text: string, stops: string[] = []): { parts: string[]; isStopped: boolean } {
  const stream = new TextStream(bytes, { stops })
  const parts = bytes.encode(text).map((id) => stream.push(id))
  return { parts: [...parts, stream.end()].filter((part) => part !== ''), isStopped: stream.isStopped }
}

test('a character of several tokens comes whole', () => {
  const { parts } = partsOf('aé€😀b')
  assert.deepEqual(parts, ['a', 'é', '€', '😀', 'b'])
})

test('bytes that never become a character come at the end', () => {
  const stream = new TextStream(bytes, { stops: [] })
  const [first] = bytes.encode('€')
  assert.equal(stream.push(first!), '')
  assert.equal(stream.end(), '\uFFFD')
})

test('text that may begin a stop string is held back, and given when it does not', () => {
  assert.deepEqual(partsOf('ab\n\nc', ['\n\nUser']).parts, ['a', 'b', '\n\nc'])
  assert.deepEqual(partsOf('ab\n', ['\n\n']), { parts: ['a', 'b', '\n'], isStopped: false })
  assert.deepEqual(partsOf('ab\n\nc', ['\n\n', 'zz']), { parts: ['a', 'b'], isStopped: true })
  assert.deepEqual(partsOf('aaab', ['aab']), { parts: ['a'], isStopped: true })
})

test('the parts add up to the decoded text, with tokens that depend on those before them', () => {
  const folder = path.resolve(import.meta.dirname, '../../../golden/llama-tied')
  const tokenizer = loadTokenizer(folder)
  const ids = tokenizer.encode('the cat sat on the mat, and on')
  const stream = new TextStream(tokenizer, { stops: [] })
  const text = ids.map((id) => stream.push(id)).join('') + stream.end()
  assert.equal(text, tokenizer.decode(ids))
  assert.equal(stream.length, text.length)
})
