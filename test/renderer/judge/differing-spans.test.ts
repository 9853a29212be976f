import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differingSpans } from '../../../renderer/judge/differing-spans.ts'

const marked = (own: string, other: string) =>
  differingSpans(own, other).map(([start, end]) => own.slice(start, end))

test('each side is marked where the other differs, without the spaces around it', () => {
  const [left, right] = ['The ferry leaves at nine today.', 'The ferry leaves at ten, as always, today.']
  assert.deepEqual(marked(left, right), ['nine'])
  assert.deepEqual(marked(right, left), ['ten, as always,'])
})

test('equal texts have no marks; what only the other has leaves none', () => {
  assert.deepEqual(marked('one two', 'one two'), [])
  assert.deepEqual(marked('one two', 'one and two'), [])
  assert.deepEqual(marked('', 'one'), [])
  assert.deepEqual(marked('one two', ''), ['one two'])
})

test('neighbouring differences are one mark', () => {
  assert.deepEqual(marked('a b c x y z d', 'a b c d'), ['x y z'])
})
