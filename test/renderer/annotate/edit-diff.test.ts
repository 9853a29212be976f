import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChangeSet, Text } from '@codemirror/state'
import fc from 'fast-check'
import type { Encoding } from '../../../electron/engine/tokenizer/encoding.ts'
import { byteLevelTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { putBack } from '../../../electron/pipeline/annotate/minimality.ts'
import { diffEdit } from '../../../renderer/annotate/edit-diff.ts'
import { operationsOf, TaskClock } from '../../../renderer/annotate/operations.ts'
import { replay } from '../../pipeline/annotate/replay.ts'

const words = fc
  .array(fc.constantFrom('a', 'b', 'c', 'é', '🙂', ' ', '  ', '\n'), { maxLength: 24 })
  .map((parts) => parts.join(''))

test('outside the changes both texts are equal, and restoring every change gives the rejected text', () => {
  fc.assert(
    fc.property(words, words, (rejected, edited) => {
      const { hunks } = diffEdit(rejected, edited)
      const back = [...hunks].reverse().reduce((text, hunk) => putBack(rejected, text, hunk), edited)
      assert.equal(back, rejected)
    }),
  )
})

test('the same holds for tokens, even if they share a character', () => {
  const tokenizer = byteLevelTokenizer(['a', 'b'])
  fc.assert(
    fc.property(words, words, (rejected, edited) => {
      const encodings = [rejected, edited].map((text) => tokenizer.encodeWithOffsets(text)) as [
        Encoding,
        Encoding,
      ]
      const { hunks } = diffEdit(rejected, edited, encodings)
      const back = [...hunks].reverse().reduce((text, hunk) => putBack(rejected, text, hunk), edited)
      assert.equal(back, rejected)
    }),
  )
})

test('restoring one change leaves the others', () => {
  const [rejected, edited] = ['one two three four five', 'one 2 three four 5']
  const { hunks } = diffEdit(rejected, edited)
  assert.equal(hunks.length, 2)
  assert.equal(putBack(rejected, edited, hunks[0]!), 'one two three four 5')
})

test('in scripts without spaces one changed word is one change, not the whole sentence', () => {
  const sentences = [
    ['我们明天去北京看朋友。', '我们明天去上海看朋友。', '北京'],
    ['今日は東京で会議があります。', '今日は大阪で会議があります。', '東京'],
    ['ผมจะไปตลาดวันนี้', 'ผมจะไปโรงเรียนวันนี้', 'ตลาด'],
  ] as const
  for (const [rejected, edited, changed] of sentences) {
    const { hunks } = diffEdit(rejected, edited)
    assert.deepEqual(
      hunks.map(({ rejectedStart, rejectedEnd }) => rejected.slice(rejectedStart, rejectedEnd)),
      [changed],
    )
  }
})

test('white space around a changed word is not part of the change', () => {
  const { hunks } = diffEdit('it is not heated', 'it is heated')
  assert.deepEqual(hunks.length, 1)
  const { rejectedStart, rejectedEnd } = hunks[0]!
  assert.equal('it is not heated'.slice(rejectedStart, rejectedEnd).trim(), 'not')
})

test('replaying the recorded operations gives the text of the editor', () => {
  const change = fc.record({ from: fc.nat(30), length: fc.nat(8), insert: words })
  fc.assert(
    fc.property(words, fc.array(change, { maxLength: 8 }), (start, changes) => {
      let text = Text.of(start.split('\n'))
      const operations = []
      for (const { from, length, insert } of changes) {
        const at = Math.min(from, text.length)
        const specs = [
          { from: at, to: Math.min(at + length, text.length), insert },
          { from: text.length, insert: '!' },
        ]
        const set = ChangeSet.of(specs, text.length, '\n')
        operations.push(...operationsOf(set, text, 1))
        text = set.apply(text)
      }
      assert.equal(replay(start, operations), text.toString())
    }),
  )
})

test('time on task counts a long pause as half a minute', () => {
  const clock = new TaskClock(1000, 0)
  assert.equal(clock.touch(2000), 3000)
  assert.equal(clock.touch(600_000), 33_000)
  assert.equal(clock.peek(605_000), 38_000)
})
