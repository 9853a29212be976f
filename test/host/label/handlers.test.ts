import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import type { LabelledToken } from '../../../electron/contract/label.ts'
import { fakeRewardModel, openClient, resultOf } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const { folder: project } = await host.projects.create({ name: 'labels' })
const rows = Array.from({ length: 60 }, (_, i) => ({
  prompt: `Question ${i}?`,
  rejected: i % 4 === 0 ? 'the answer is very good' : 'the answer is bad',
  // Every fifth changes nothing; of the rest every fourth makes it worse.
  edited: i % 5 === 0 ? undefined : i % 4 === 0 ? 'the answer is very bad' : 'the answer is good',
}))
const file = path.join(folder, 'edits.jsonl')
writeRows(
  file,
  rows.map(({ edited, ...row }) => ({ ...row, edited: edited ?? row.rejected })),
)
for await (const _ of await host.verbs.import({ project, files: [file] }));
const rewardModel = await fakeRewardModel(path.join(folder, 'rewards'))

const textsAndLabels = (tokens: readonly LabelledToken[]) => tokens.map(({ text, label }) => [text, label])

test('edits are listed with the labels of their words, page by page, in the order of the items', async () => {
  const page = (offset: number, limit: number) => host.label.pairs({ project, offset, limit })
  const first = await page(0, 20)
  assert.deepEqual([first.total, first.pairs.length], [60, 20])
  assert.equal(first.pairs[3]!.prompt, 'Question 3?')
  assert.deepEqual(textsAndLabels(first.pairs[3]!.rejected), [
    ['the ', 0],
    ['answer ', 0],
    ['is ', 0],
    ['bad', -1],
  ])
  assert.deepEqual(textsAndLabels(first.pairs[3]!.edited).at(-1), ['good', 1])
  assert.ok(first.pairs[0]!.edited.every(({ label, reward }) => label === 0 && reward === null))
  const all = [...first.pairs, ...(await page(20, 20)).pairs, ...(await page(40, 20)).pairs]
  assert.deepEqual(
    all.map(({ prompt }) => prompt),
    rows.map(({ prompt }) => prompt),
  )
  assert.deepEqual((await page(60, 20)).pairs, [])
})

test('with a tokenizer, edits are split into its tokens, which join to the text; a missing tokenizer is reported', async () => {
  const { pairs } = await host.label.pairs({ project, tokenizer: rewardModel, offset: 3, limit: 1 })
  assert.deepEqual(textsAndLabels(pairs[0]!.rejected), [
    ['the', 0],
    [' answer', 0],
    [' is', 0],
    [' bad', -1],
  ])
  assert.equal(pairs[0]!.edited.map(({ text }) => text).join(''), 'the answer is good')
  await assert.rejects(host.label.pairs({ project, tokenizer: 'absent' }), { code: 'not_found' })
})

test('held-out edits that change something are scored, worst first, with accuracy and calibration', async () => {
  const { result, progress } = await resultOf(await host.label.scored({ project, rewardModel, limit: 256 }))
  const heldout = (await host.data.page({ project, query: { split: 'heldout' }, limit: 500 })).rows
  const numbers = heldout.map(({ prompt }) => Number(/\d+/.exec(prompt)![0])).filter((i) => i % 5 !== 0)
  const wrong = numbers.filter((i) => i % 4 === 0).length
  const { pairs, accuracy, calibration, tokens } = result
  assert.ok(progress >= 2 && wrong > 0 && wrong < numbers.length)
  assert.deepEqual(pairs.map(({ prompt }) => Number(/\d+/.exec(prompt)![0])).sort(), numbers.sort())
  assert.equal(accuracy, (numbers.length - wrong) / numbers.length)
  // If the edit is right, the words good and bad differ by 2 in the right direction, otherwise in the wrong one.
  assert.deepEqual(
    pairs.map(({ scores }) => scores!.edited - scores!.rejected),
    [...new Array(wrong).fill(-2), ...new Array(numbers.length - wrong).fill(2)],
  )
  assert.equal(calibration?.length, 1)
  assert.ok(Math.abs(calibration[0]!.confidence - 1 / (1 + Math.exp(-2))) < 1e-12)
  assert.deepEqual([calibration[0]!.accuracy, calibration[0]!.pairs], [accuracy, numbers.length])
  assert.ok(tokens!.auroc! > 0.5 && tokens!.auroc! < 1 && tokens!.f1! > 0)
  const [worst] = tokens!.worst
  assert.ok(tokens!.worst.length <= 12)
  assert.deepEqual(
    { ...worst, id: '' },
    {
      id: '',
      side: 'rejected',
      before: 'the answer is very',
      text: ' good',
      after: '',
      label: -1,
      reward: 1,
    },
  )
  const again = await resultOf(await host.label.scored({ project, rewardModel, limit: 256 }))
  assert.deepEqual(again, { result, progress: 0 })
  const { result: few } = await resultOf(await host.label.scored({ project, rewardModel, limit: 2 }))
  assert.equal(few.pairs.length, 2)
})

test('without held-out edits the result is empty', async () => {
  const { folder: empty } = await host.projects.create({ name: 'empty' })
  const { result } = await resultOf(await host.label.scored({ project: empty, rewardModel }))
  assert.deepEqual([result.pairs, result.accuracy, result.calibration], [[], 0, null])
  assert.equal((await host.label.pairs({ project: empty })).total, 0)
})

test('an item of a megabyte is named, counted and left out; the others are labelled, and the host answers meanwhile', async () => {
  const { folder: large } = await host.projects.create({ name: 'large' })
  const long = (word: string) => `${word} `.repeat(1e6 / (word.length + 1))
  const edits = path.join(folder, 'large.jsonl')
  writeRows(edits, [
    { prompt: 'Short?', rejected: 'the answer is bad', edited: 'the answer is good' },
    { prompt: 'Long?', rejected: long('bad'), edited: long('good') },
    { prompt: 'Last?', rejected: 'a bad answer', edited: 'a good answer' },
  ])
  for await (const _ of await host.verbs.import({ project: large, files: [edits] }));
  const { ids } = await host.annotate.queue({ project: large, annotator: 'import', order: 'all' })
  const out = path.join(folder, 'large-labels.jsonl')
  const notes: string[] = []
  let isLabelling = true
  let longestMs = 0
  const labelling = (async () => {
    const events = await host.verbs.label({ project: large, tokenizer: rewardModel, out })
    for (;;) {
      const next = await events.next()
      if (next.done) return next.value
      if (next.value.type === 'note') notes.push(next.value.sentence)
    }
  })().finally(() => (isLabelling = false))
  while (isLabelling) {
    const askedAt = performance.now()
    await host.projects.overview({ project: large })
    longestMs = Math.max(longestMs, performance.now() - askedAt)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const summary = await labelling
  assert.deepEqual([summary.annotations, summary.tooLong], [2, 1])
  assert.equal(notes.length, 1)
  assert.ok(
    notes[0]!.startsWith(`1 edit is too long to label and left out: ${ids[1]} (1000000 and 1000000`),
    notes[0],
  )
  assert.equal(readFileSync(out, 'utf8').trim().split('\n').length, 2)
  assert.ok(longestMs < 2000, `an overview took ${longestMs} ms`)

  for (const tokenizer of [null, rewardModel]) {
    const { pairs, tooLong, total } = await host.label.pairs({ project: large, tokenizer })
    assert.deepEqual(
      pairs.map(({ prompt }) => prompt),
      ['Short?', 'Last?'],
    )
    assert.deepEqual([tooLong, total], [[ids[1]], 3])
  }
  const exported = path.join(folder, 'large-export.jsonl')
  const { result } = await resultOf(
    await host.verbs.export({ project: large, out: exported, format: 'tokens', tokenizer: rewardModel }),
  )
  assert.equal(result.rows, 2)
})
