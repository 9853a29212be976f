import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffParts } from '../../../renderer/ui/diff-parts.ts'

test('a replaced word is struck before the word that took its place', () => {
  assert.deepEqual(diffParts('opened in 1913 again', 'opened in 1931 again'), [
    { kind: 'kept', text: 'opened in ' },
    { kind: 'removed', text: '1913 ' },
    { kind: 'added', text: '1931' },
    { kind: 'kept', text: ' again' },
  ])
})

test('a removed last word does not touch the word before it', () => {
  assert.deepEqual(diffParts('a b c', 'a b'), [
    { kind: 'kept', text: 'a b' },
    { kind: 'removed', text: ' c' },
  ])
})

test('nothing is said of a text that was left alone', () => {
  assert.deepEqual(diffParts('as it is', 'as it is'), [{ kind: 'kept', text: 'as it is' }])
  assert.deepEqual(diffParts('', ''), [])
})

const text = fc.array(fc.constantFrom('a', 'b', 'c', ' ', '\n', '🙂')).map((parts) => parts.join(''))

test('kept and added parts join to the edited text; kept and removed words are the rejected ones', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const parts = diffParts(before, after)
      const without = (kind: string) => parts.filter((part) => part.kind !== kind).map((part) => part.text)
      assert.equal(without('removed').join(''), after)
      const wordsOf = (texts: string[]) => texts.join(' ').split(/\s+/).filter(Boolean)
      assert.deepEqual(wordsOf(without('added')), wordsOf([before]))
    }),
  )
})
