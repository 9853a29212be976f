import assert from 'node:assert/strict'
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
