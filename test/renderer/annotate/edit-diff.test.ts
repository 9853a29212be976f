import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChangeSet, Text } from '@codemirror/state'
import fc from 'fast-check'
import type { Encoding } from '../../../electron/engine/tokenizer/encoding.ts'
import { byteLevelTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { putBack } from '../../../electron/pipeline/annotate/minimality.ts'
import { diffEdit, stripOf } from '../../../renderer/annotate/edit-diff.ts'
import { operationsOf, TaskClock } from '../../../renderer/annotate/operations.ts'
import { replay } from '../../pipeline/annotate/replay.ts'

const words = fc
  .array(fc.constantFrom('a', 'b', 'c', 'é', '🙂', '.', ' ', '  ', '\n'), { maxLength: 24 })
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

test('each change says how many words it removes and adds, and the sums are those of the whole edit', () => {
  const { hunks, counts } = diffEdit('one two three four five six', 'one 2 2½ four five 6 seven')
  assert.deepEqual(
    hunks.map(({ removed, added }) => [removed, added]),
    [
      [2, 2],
      [1, 2],
    ],
  )
  assert.deepEqual(counts, { kept: 3, removed: 3, added: 4 })
  fc.assert(
    fc.property(words, words, (rejected, edited) => {
      const diff = diffEdit(rejected, edited)
      const sum = (side: 'removed' | 'added') => diff.hunks.reduce((total, hunk) => total + hunk[side], 0)
      assert.deepEqual([sum('removed'), sum('added')], [diff.counts.removed, diff.counts.added])
    }),
  )
})

test('the strip has a sign for each word, or for several in a long text, and shows every change', () => {
  assert.equal(diffEdit('a b c d', 'a B c d e').strip, '.xv..v')
  assert.equal(diffEdit('', 'new').strip, 'v')
  const long = Array.from({ length: 1000 }, (_, i) => `w${i}`)
  const { strip } = diffEdit(long.join(' '), long.filter((_, i) => i % 100 !== 50).join(' '))
  assert.equal(strip.replaceAll('.', '').length, 10)
  assert.ok(strip.length <= 300, strip)
  const labels = (values: number[]) => ({ ids: values, labels: values, offsets: [] })
  assert.equal(stripOf({ rejected: labels([0, -1, 0]), edited: labels([0, 0]) }), '.x.')
})

test('white space around a changed word is not part of the change', () => {
  const { hunks } = diffEdit('it is not heated', 'it is heated')
  assert.deepEqual(hunks.length, 1)
  const { rejectedStart, rejectedEnd } = hunks[0]!
  assert.equal('it is not heated'.slice(rejectedStart, rejectedEnd).trim(), 'not')
})

test('a change never ends inside of a character', () => {
  const { hunks } = diffEdit('well 🙂.', 'well 🙃.')
  assert.deepEqual(
    hunks.map(({ rejectedStart, rejectedEnd }) => 'well 🙂.'.slice(rejectedStart, rejectedEnd)),
    ['🙂'],
  )
})

test('a full stop that both texts have after a changed word is not part of the change', () => {
  const [rejected, edited] = [
    'You may get it back at some point. Bye.',
    'You may get it back within three days. Bye.',
  ]
  const { hunks } = diffEdit(rejected, edited)
  assert.deepEqual(
    hunks.map((hunk) => [
      rejected.slice(hunk.rejectedStart, hunk.rejectedEnd),
      edited.slice(hunk.editedStart, hunk.editedEnd),
      hunk.removed,
      hunk.added,
    ]),
    [['at some point', 'within three days', 3, 3]],
  )
  const cut = diffEdit('I will pay you back at some point. Bye.', 'I will pay you back. Bye.').hunks
  assert.deepEqual(
    cut.map(({ rejectedStart, rejectedEnd, editedStart, editedEnd }) => [
      'I will pay you back at some point. Bye.'.slice(rejectedStart, rejectedEnd),
      editedEnd - editedStart,
    ]),
    [[' at some point', 0]],
  )
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
