/** The verb check-judge, on votes and on files of preferences. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import type { VerbResult } from '../../../electron/contract/verbs.ts'
import { assertMistake, jsonOf, stetIn, temporaryFolder, writeRows } from '../entry/cli-process.ts'

const folder = temporaryFolder()
const stet = (...args: string[]) => stetIn(folder, args)
const check = async (file: string, ...more: string[]) =>
  jsonOf(
    await stet(
      'check-judge',
      'p.stet',
      file,
      '--judge',
      'length:longer',
      '--attacks',
      '0',
      '--json',
      ...more,
    ),
  ) as VerbResult<'check-judge'>

before(async () => {
  await stet('init', 'p.stet')
})

test('agreement with votes is measured on rows of two outputs and a preference', async () => {
  writeRows(
    path.join(folder, 'votes.jsonl'),
    Array.from({ length: 8 }, (_, i) => ({
      instruction: `Question ${i}?`,
      output_a: 'Long enough.',
      output_b: 'Short.',
      // People prefer the longer answer on six of eight.
      preference: i < 6 ? 1 : 2,
    })),
  )
  const { n, agreement, allRight } = await check('votes.jsonl')
  assert.deepEqual([n, agreement, allRight], [8, 75, null])
})

test('right and wrong answers of RewardBench 2 are votes, and a question counts if every pair is right', async () => {
  const long = 'A long and right answer.'
  writeRows(path.join(folder, 'rb2.jsonl'), [
    ...Array.from({ length: 3 }, (_, i) => ({
      id: String(i),
      prompt: `Question ${i}?`,
      chosen: [long],
      // On the last question one wrong answer is longer than the right one.
      rejected: ['No.', 'Nope.', i === 2 ? `${long} And more.` : 'Never.'],
      num_correct: 1,
      subset: i === 0 ? 'Math' : 'Focus',
    })),
  ])
  const { n, agreement, allRight, subsets } = await check('rb2.jsonl')
  assert.equal(n, 9)
  assert.ok(Math.abs(agreement! - (100 * 8) / 9) < 1e-9)
  assert.equal(allRight!.questions, 3)
  assert.ok(Math.abs(allRight!.accuracy - 200 / 3) < 1e-9)
  assert.deepEqual(subsets.map(({ name, n: own }) => [name, own]).sort(), [
    ['Focus', 6],
    ['Math', 3],
  ])
})

test('ordinary preferences are votes for the chosen response, and other files are refused by row', async () => {
  const rows = (rejected: string) => [{ prompt: 'Why?', chosen: 'Because of the tides.', rejected }]
  writeRows(path.join(folder, 'pairs.jsonl'), rows('No.'))
  assert.deepEqual((await check('pairs.jsonl')).agreement, 100)
  writeRows(path.join(folder, 'prompts.jsonl'), [{ prompt: 'Why?', chosen: 'Because.' }])
  const refused = await stet('check-judge', 'p.stet', 'prompts.jsonl', '--judge', 'length:longer')
  assertMistake(refused, 2, /line 1: there is no chosen and rejected response/)
  const reference = await stet('check-judge', 'p.stet', 'pairs.jsonl', '--judge', 'reference:chrf')
  assertMistake(reference, 2, /no edited or chosen text to compare with/)
})
