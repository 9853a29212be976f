import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tokenization } from '../../../electron/contract/annotate.ts'
import { Differ, type DiffReply, type DiffRequest } from '../../../renderer/annotate/differ.ts'
import { diffEdit, encodingOf } from '../../../renderer/annotate/edit-diff.ts'

/** A worker that replies a moment later and remembers what it was sent. */
function fakeWorker() {
  const sent: DiffRequest[] = []
  let onMessage: (event: { data: DiffReply }) => void = () => {}
  let before: { rejected: string; tokens: Tokenization | null } = { rejected: '', tokens: null }
  return {
    sent,
    postMessage(request: DiffRequest): void {
      sent.push(request)
      if ('rejected' in request) {
        before = request
        return
      }
      const inTokens = before.tokens && request.tokens
      const diff = diffEdit(
        before.rejected,
        request.edited,
        inTokens ? [encodingOf(before.tokens!), encodingOf(request.tokens!)] : undefined,
      )
      setTimeout(() => onMessage({ data: { diff } }), 5)
    },
    addEventListener: (_: 'message', listener: typeof onMessage) => {
      onMessage = listener
    },
    terminate: () => {},
  }
}

/** One token per character. */
const letters = async (text: string): Promise<Tokenization> => ({
  ids: [...text].map((letter) => letter.charCodeAt(0)),
  spans: [...text].flatMap((_, i) => [i, i + 1]),
})

function open() {
  const worker = fakeWorker()
  const replies: [string, DiffReply][] = []
  return {
    worker,
    replies,
    /** Waits for this many replies. */
    async until(count: number): Promise<void> {
      while (replies.length < count) await sleep(1)
    },
    differ: new Differ(worker, 'the bad cat', (edited, each) => replies.push([edited, each])),
  }
}

test('while one text is being aligned, only the newest of the others waits', async () => {
  const { worker, replies, until, differ } = open()
  for (const text of ['the', 'the b', 'the ba', 'the bat']) differ.ask(text)
  await until(2)
  assert.deepEqual(
    replies.map(([edited]) => edited),
    ['the', 'the bat'],
  )
  assert.deepEqual(
    worker.sent.map((request) => ('rejected' in request ? request.rejected : request.edited)),
    ['the bad cat', 'the', 'the bat'],
  )
})

test('in tokens, unchanged parts of a word are kept; in words again, the whole word is changed', async () => {
  const { replies, until, differ } = open()
  differ.setUnit(letters)
  differ.ask('the sad cat')
  await until(1)
  assert.deepEqual(replies.at(-1)![1].diff!.hunks, [
    { rejectedStart: 4, rejectedEnd: 5, editedStart: 4, editedEnd: 5, removed: 1, added: 1 },
  ])
  differ.setUnit(null)
  differ.ask('the sad cat')
  await until(2)
  assert.deepEqual(replies.at(-1)![1].diff!.hunks, [
    { rejectedStart: 4, rejectedEnd: 7, editedStart: 4, editedEnd: 7, removed: 1, added: 1 },
  ])
})

test('a reply in the unit before is asked for again in the new one', async () => {
  const { replies, until, differ } = open()
  differ.ask('the sad cat')
  differ.setUnit(letters)
  await until(1)
  assert.equal(replies.length, 1)
  assert.equal(replies[0]![1].diff!.hunks[0]!.rejectedEnd, 5)
})

test('if the host cannot tokenize the text its message is shown, and the next key tries again', async () => {
  const { replies, until, differ } = open()
  let exists = false
  differ.setUnit(async (text) => {
    if (!exists) throw new Error('There is no model at x.')
    return letters(text)
  })
  differ.ask('the sad cat')
  await until(1)
  assert.deepEqual(replies, [['the sad cat', { problem: 'There is no model at x.' }]])
  exists = true
  differ.ask('the sad cats')
  await until(2)
  assert.ok(replies.at(-1)![1].diff)
})
