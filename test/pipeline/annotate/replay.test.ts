import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { replay } from './replay.ts'

/** Edits as an editor would record them: positions are taken modulo the length of the text at that point. */
const session = fc.tuple(
  fc.string(),
  fc.array(fc.tuple(fc.nat(50), fc.nat(5), fc.string({ maxLength: 5 }), fc.nat(1000)), { maxLength: 20 }),
)

test('replaying the recorded operations gives the edited text', () => {
  fc.assert(
    fc.property(session, ([original, changes]) => {
      let text = original
      const operations = changes.map(([place, length, inserted, elapsedMs]) => {
        const at = place % (text.length + 1)
        const removed = text.slice(at, at + length)
        text = `${text.slice(0, at)}${inserted}${text.slice(at + removed.length)}`
        return { at, removed, inserted, elapsedMs }
      })
      assert.equal(replay(original, operations), text)
    }),
  )
})

test('an operation that does not fit the text is reported', () => {
  const operation = (at: number, removed: string) => ({ at, removed, inserted: 'x', elapsedMs: 0 })
  const refused = { code: 'bad_input', message: /Operation 2 of 2 removes "b" at character 0/ }
  assert.throws(() => replay('abc', [operation(1, ''), operation(0, 'b')]), refused)
  assert.throws(() => replay('abc', [operation(4, '')]), { message: /Operation 1 of 1 .* at character 4/ })
})
