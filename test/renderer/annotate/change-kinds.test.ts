import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeKind } from '../../../electron/contract/records.ts'
import { kindsOfChanges, markChange, pressKind } from '../../../renderer/annotate/change-kinds.ts'

const stretch = (rejectedStart: number, rejectedEnd: number) => ({ rejectedStart, rejectedEnd })
const mark = (start: number, end: number, kind = 'Fact'): ChangeKind => ({
  start,
  end,
  kind,
  severity: 'major',
})

test('a key sorts a change as major, again as minor, and a third time not at all; another key changes the kind', () => {
  const first = pressKind(null, 'Fact')
  assert.deepEqual(first, { kind: 'Fact', severity: 'major' })
  const second = pressKind({ ...mark(0, 1), ...first }, 'Fact')
  assert.deepEqual(second, { kind: 'Fact', severity: 'minor' })
  assert.equal(pressKind({ ...mark(0, 1), ...second }, 'Fact'), null)
  assert.deepEqual(pressKind({ ...mark(0, 1), ...second }, 'Tone'), { kind: 'Tone', severity: 'major' })
})

test('a kind stays with its change as the change grows, and takes its stretch', () => {
  assert.deepEqual(kindsOfChanges([stretch(10, 24)], [mark(14, 20)]), [mark(10, 24)])
  assert.deepEqual(kindsOfChanges([stretch(10, 24), stretch(30, 31)], [mark(14, 20)]), [mark(10, 24), null])
})

test('a change that was put back has no kind, and has it again after undo', () => {
  const marks = [mark(14, 20)]
  assert.deepEqual(kindsOfChanges([], marks), [])
  assert.deepEqual(kindsOfChanges([stretch(14, 20)], marks), marks)
})

test('neighbours that touch keep their own kinds', () => {
  const marks = [mark(0, 5, 'Fact'), mark(5, 9, 'Tone')]
  assert.deepEqual(kindsOfChanges([stretch(0, 5), stretch(5, 9)], marks), marks)
})

test('sorting a change that grew leaves nothing of its earlier kind', () => {
  const change = stretch(5, 8)
  const once = markChange([change], [mark(5, 5)], change, { kind: 'Tone', severity: 'minor' })
  assert.deepEqual(once, [{ ...mark(5, 8, 'Tone'), severity: 'minor' }])
  assert.deepEqual(markChange([change], [mark(5, 5)], change, null), [])
})

test('sorting a change leaves the kind of a neighbour that touches it', () => {
  const [first, second] = [stretch(0, 5), stretch(5, 9)]
  const tone = { kind: 'Tone', severity: 'major' } as const
  const marks = markChange([first, second], [mark(0, 5)], second, tone)
  assert.deepEqual(marks, [mark(0, 5), mark(5, 9, 'Tone')])
})
