import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Encoding } from '../../../electron/engine/tokenizer/encoding.ts'
import { type DiffAnswer, Differ, type DiffRequest } from '../../../renderer/annotate/differ.ts'
import { diffEdit } from '../../../renderer/annotate/edit-diff.ts'

/** A worker that answers a moment later, and remembers what it was sent. */
function aligner() {
  const sent: DiffRequest[] = []
  let hear: (event: { data: DiffAnswer }) => void = () => {}
  let before: { rejected: string; cut: Encoding | null } = { rejected: '', cut: null }
  return {
    sent,
    postMessage(request: DiffRequest): void {
      sent.push(request)
      if ('rejected' in request) {
        before = request
        return
      }
      const cut = before.cut && request.cut
      const diff = diffEdit(before.rejected, request.edited, cut ? [before.cut!, request.cut!] : undefined)
      setTimeout(() => hear({ data: { diff } }), 5)
    },
    addEventListener: (_: 'message', listener: typeof hear) => {
      hear = listener
    },
    terminate: () => {},
  }
}

/** A token a character. */
const letters = async (text: string): Promise<Encoding> => ({
  ids: [...text].map((letter) => letter.charCodeAt(0)),
  offsets: [...text].map((_, i) => [i, i + 1]),
})

function open() {
  const worker = aligner()
  const found: [string, DiffAnswer][] = []
  return {
    worker,
    found,
    differ: new Differ(worker, 'the bad cat', (edited, each) => found.push([edited, each])),
  }
}

test('while one text is aligned only the newest of the others waits', async () => {
  const { worker, found, differ } = open()
  for (const text of ['the', 'the b', 'the ba', 'the bat']) differ.ask(text)
  await sleep(40)
  assert.deepEqual(
    found.map(([edited]) => edited),
    ['the', 'the bat'],
  )
  assert.equal(worker.sent.filter((request) => 'rejected' in request).length, 1)
})

test('cut into tokens, what stands inside a word stands; cut into words again, the word is changed', async () => {
  const { found, differ } = open()
  differ.cutBy(letters)
  differ.ask('the sad cat')
  await sleep(20)
  assert.deepEqual(found.at(-1)![1].diff!.hunks, [
    { rejectedStart: 4, rejectedEnd: 5, editedStart: 4, editedEnd: 5 },
  ])
  differ.cutBy(null)
  differ.ask('the sad cat')
  await sleep(20)
  assert.deepEqual(found.at(-1)![1].diff!.hunks, [
    { rejectedStart: 4, rejectedEnd: 7, editedStart: 4, editedEnd: 7 },
  ])
})

test('an answer that comes after the cut has changed is asked for again', async () => {
  const { found, differ } = open()
  differ.ask('the sad cat')
  differ.cutBy(letters)
  await sleep(40)
  assert.equal(found.length, 1)
  assert.equal(found[0]![1].diff!.hunks[0]!.rejectedEnd, 5)
})

test('where the host cannot cut the text its sentence is told, and the next key tries again', async () => {
  const { found, differ } = open()
  let isThere = false
  differ.cutBy(async (text) => {
    if (!isThere) throw new Error('There is no model at x.')
    return letters(text)
  })
  differ.ask('the sad cat')
  await sleep(20)
  assert.deepEqual(found, [['the sad cat', { problem: 'There is no model at x.' }]])
  isThere = true
  differ.ask('the sad cats')
  await sleep(20)
  assert.ok(found.at(-1)![1].diff)
})
