/** What is unsaved stays until it is stored: through failures, newer values, full storage and windows that are gone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { type Journal, Outbox } from '../../../renderer/app/outbox.ts'

class Memory implements Journal {
  readonly entries = new Map<string, string>()
  isFull = false
  get length(): number {
    return this.entries.size
  }
  key(n: number): string | null {
    return [...this.entries.keys()][n] ?? null
  }
  getItem(key: string): string | null {
    return this.entries.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    if (this.isFull) throw new Error('The quota has been exceeded.')
    this.entries.set(key, value)
  }
  removeItem(key: string): void {
    this.entries.delete(key)
  }
}

class NeedsAnswer extends Error {}

function newOutbox(journal: Journal | null, writer = 'one') {
  const sent: string[] = []
  const host = { answer: async (text: string) => `stored ${text}`, time: 1000 }
  const outbox = new Outbox<string, string>({
    writer,
    journal,
    read: (stored) => z.string().parse(stored),
    send(text) {
      sent.push(text)
      return host.answer(text)
    },
    needsDecision: (error) => error instanceof NeedsAnswer,
    now: () => host.time,
  })
  return { outbox, sent, host }
}

test('a value leaves only once it is stored', async () => {
  const journal = new Memory()
  const { outbox, host } = newOutbox(journal)
  outbox.put('a', 'text')
  outbox.writeJournal()
  assert.equal(journal.length, 1)
  host.answer = () => Promise.reject(new Error('The disk is full.'))
  await assert.rejects(outbox.send('a'), /The disk is full/)
  assert.deepEqual(
    outbox.list().map(({ value, problem, isKept }) => [value, problem?.message, isKept]),
    [['text', 'The disk is full.', true]],
  )
  host.answer = async (text) => `stored ${text}`
  await outbox.sendAll()
  assert.deepEqual(outbox.list(), [])
  assert.equal(journal.length, 0)
})

test('a value that is replaced while it is sent is followed by the newer one, and the oldest time stays', async () => {
  const { outbox, sent, host } = newOutbox(new Memory())
  outbox.put('a', 'first')
  let arrived = () => {}
  host.answer = (text) => new Promise((resolve) => (arrived = () => resolve(`stored ${text}`)))
  const saved = outbox.send('a')
  host.time = 2000
  outbox.put('a', 'second')
  assert.equal(outbox.list()[0]!.since, 1000)
  host.answer = async (text) => `stored ${text}`
  arrived()
  assert.equal(await saved, 'stored second')
  assert.deepEqual(sent, ['first', 'second'])
  assert.deepEqual(outbox.list(), [])
})

test('without room in the browser it says so, and still saves', async () => {
  const journal = new Memory()
  journal.isFull = true
  for (const each of [journal, null]) {
    const { outbox } = newOutbox(each)
    outbox.put('a', 'text')
    outbox.writeJournal()
    assert.equal(outbox.list()[0]!.isKept, false)
    assert.equal(await outbox.send('a'), 'stored text')
  }
})

test('what a window that is gone has left is taken over and sent; that of a living window is not', async () => {
  const journal = new Memory()
  for (const [writer, text] of [
    ['gone', 'left behind'],
    ['alive', 'still open'],
  ] as const) {
    const { outbox } = newOutbox(journal, writer)
    outbox.put('item/with a slash', text)
    outbox.writeJournal()
  }
  const { outbox, sent, host } = newOutbox(journal, 'next')
  outbox.adopt((writer) => writer === 'gone')
  assert.equal(outbox.get('item/with a slash'), 'left behind')
  assert.equal(journal.length, 2, 'kept under the name of the new window')
  host.time = 9000
  assert.equal(outbox.list()[0]!.since, 1000)
  await outbox.sendAll()
  assert.deepEqual(sent, ['left behind'])
  assert.equal(journal.length, 1)
})

test('an entry of another version is left where it is', () => {
  const journal = new Memory()
  journal.setItem('stet-unsaved/gone/a', '{"since":1,"value":{"newer":true}}')
  journal.setItem('stet-unsaved/gone/b', 'not JSON')
  journal.setItem('other', 'unrelated')
  const { outbox } = newOutbox(journal)
  outbox.adopt(() => true)
  assert.deepEqual(outbox.list(), [])
  assert.equal(journal.length, 3)
})

test('two windows that are gone have both left something for one item: neither is dropped', async () => {
  const journal = new Memory()
  for (const writer of ['first', 'second']) {
    const { outbox } = newOutbox(journal, writer)
    outbox.put('item', `by ${writer}`)
    outbox.writeJournal()
  }
  const { outbox, sent } = newOutbox(journal)
  outbox.adopt(() => true)
  await outbox.sendAll()
  assert.deepEqual(sent.sort(), ['by first', 'by second'])
})

test('what needs a decision is not tried again before it, also when the user continues to write', async () => {
  const { outbox, sent, host } = newOutbox(new Memory())
  host.answer = () => Promise.reject(new NeedsAnswer('Which version?'))
  outbox.put('a', 'mine')
  await assert.rejects(outbox.send('a'), NeedsAnswer)
  outbox.put('a', 'mine, longer')
  await outbox.sendAll()
  await assert.rejects(outbox.send('a'), NeedsAnswer)
  assert.deepEqual(sent, ['mine'])
  outbox.decided('a')
  host.answer = async (text) => `stored ${text}`
  assert.equal(await outbox.send('a'), 'stored mine, longer')
})
