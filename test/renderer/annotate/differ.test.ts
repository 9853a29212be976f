import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TokenCut } from '../../../electron/contract/annotate.ts'
import { type DiffAnswer, Differ, type DiffRequest } from '../../../renderer/annotate/differ.ts'
import { diffEdit, encodingOf } from '../../../renderer/annotate/edit-diff.ts'

/** A worker that answers a moment later, and remembers what it was sent. */
function aligner() {
  const sent: DiffRequest[] = []
  let hear: (event: { data: DiffAnswer }) => void = () => {}
  let before: { rejected: string; cut: TokenCut | null } = { rejected: '', cut: null }
  return {
    sent,
    postMessage(request: DiffRequest): void {
      sent.push(request)
      if ('rejected' in request) {
        before = request
        return
      }
      const cut = before.cut && request.cut
      const diff = diffEdit(
        before.rejected,
        request.edited,
        cut ? [encodingOf(before.cut!), encodingOf(request.cut!)] : undefined,
      )
      setTimeout(() => hear({ data: { diff } }), 5)
    },
    addEventListener: (_: 'message', listener: typeof hear) => {
      hear = listener
    },
    terminate: () => {},
  }
}

/** A token a character. */
const letters = async (text: string): Promise<TokenCut> => ({
  ids: [...text].map((letter) => letter.charCodeAt(0)),
  spans: [...text].flatMap((_, i) => [i, i + 1]),
})

function open() {
  const worker = aligner()
  const found: [string, DiffAnswer][] = []
  return {
    worker,
    found,
    /** Waits for so many answers. */
    async until(count: number): Promise<void> {
      while (found.length < count) await sleep(1)
    },
    differ: new Differ(worker, 'the bad cat', (edited, each) => found.push([edited, each])),
  }
}

test('while one text is aligned only the newest of the others waits', async () => {
  const { worker, found, until, differ } = open()
  for (const text of ['the', 'the b', 'the ba', 'the bat']) differ.ask(text)
  await until(2)
  assert.deepEqual(
    found.map(([edited]) => edited),
    ['the', 'the bat'],
  )
  assert.deepEqual(
    worker.sent.map((request) => ('rejected' in request ? request.rejected : request.edited)),
    ['the bad cat', 'the', 'the bat'],
  )
})

test('cut into tokens, what stands inside a word stands; cut into words again, the word is changed', async () => {
  const { found, until, differ } = open()
  differ.cutBy(letters)
  differ.ask('the sad cat')
  await until(1)
  assert.deepEqual(found.at(-1)![1].diff!.hunks, [
    { rejectedStart: 4, rejectedEnd: 5, editedStart: 4, editedEnd: 5 },
  ])
  differ.cutBy(null)
  differ.ask('the sad cat')
  await until(2)
  assert.deepEqual(found.at(-1)![1].diff!.hunks, [
    { rejectedStart: 4, rejectedEnd: 7, editedStart: 4, editedEnd: 7 },
  ])
})

test('an answer that comes after the cut has changed is asked for again', async () => {
  const { found, until, differ } = open()
  differ.ask('the sad cat')
  differ.cutBy(letters)
  await until(1)
  assert.equal(found.length, 1)
  assert.equal(found[0]![1].diff!.hunks[0]!.rejectedEnd, 5)
})

test('where the host cannot cut the text its sentence is told, and the next key tries again', async () => {
  const { found, until, differ } = open()
  let isThere = false
  differ.cutBy(async (text) => {
    if (!isThere) throw new Error('There is no model at x.')
    return letters(text)
  })
  differ.ask('the sad cat')
  await until(1)
  assert.deepEqual(found, [['the sad cat', { problem: 'There is no model at x.' }]])
  isThere = true
  differ.ask('the sad cats')
  await until(2)
  assert.ok(found.at(-1)![1].diff)
})
