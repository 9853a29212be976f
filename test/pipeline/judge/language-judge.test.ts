import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attacks } from '../../../electron/pipeline/judge/attacks.ts'
import { humanAgreement, humanKappa } from '../../../electron/pipeline/judge/human-agreement.ts'
import { judgeMessages, preferenceOf, readVerdict } from '../../../electron/pipeline/judge/language-judge.ts'

const question = (first: string, second: string) => ({
  pairId: 'p',
  prompt: [{ role: 'user' as const, content: 'Which way?' }],
  context: 'A map.',
  first: { text: first, ended: true },
  second: { text: second, ended: true },
})

test('a verdict is a single word, at most with marks, on the last line', () => {
  const read: [string, number | null][] = [
    ['A', 0],
    ['b.', 1],
    ['**B**', 1],
    ['Tie', 0.5],
    ['Verdict: A', 0],
    ['The first is rude.\n\nB', 1],
    ['', null],
    ['A or B', null],
    ['A is better', null],
    ['B\nbecause it is right', null],
    ['AB', null],
    ['Answer', null],
    ['C', null],
  ]
  for (const [reply, verdict] of read) assert.equal(readVerdict(reply), verdict, JSON.stringify(reply))
})

test('no answer can contain its closing tag, whatever its text', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...Object.values(attacks)), (honest, attack) => {
      const [system, user] = judgeMessages(question(honest, attack))
      const code = /the code ([0-9a-f]{12})/.exec(system!.content)![1]!
      assert.equal(user!.content.split(`</answer-B ${code}>`).length, 2)
      assert.equal(user!.content.split(`</answer-A ${code}>`).length, 2)
      const shown = user!.content.split(`<answer-B ${code}>\n`)[1]!.split(`\n</answer-B ${code}>`)[0]
      assert.equal(shown, attack)
    }),
  )
})

test('the same question always has the same prompt, which contains all of it', () => {
  assert.deepEqual(judgeMessages(question('left', 'right')), judgeMessages(question('left', 'right')))
  const { content } = judgeMessages(question('left', 'right'))[1]!
  for (const part of ['Which way?', 'A map.', 'left', 'right']) assert.ok(content.includes(part))
})

test('the preference is the probability of the second letter given that it is one of the two', () => {
  assert.equal(preferenceOf([-3, -3]), 0.5)
  assert.ok(Math.abs(preferenceOf([Math.log(0.1), Math.log(0.3)]) - 0.75) < 1e-12)
})

test('agreement leaves out pairs that people called a tie, and counts a tie of the judge as one half', () => {
  const voted = [
    [1, 1],
    [0.9, 1],
    [0.5, 0],
    [0.2, 1],
    [1, 0.5],
  ].map(([preference, vote], i) => ({
    pairId: `p${i}`,
    inconsistent: false,
    preference: preference!,
    vote: vote!,
  }))
  const { n, agreement, interval } = humanAgreement(voted, { seed: 1, stream: 'test' })
  assert.deepEqual([n, agreement], [4, 62.5])
  assert.ok(interval!.low < 62.5 && interval!.high > 62.5)
  // By hand: 2 of 5 agree; chance (3·3 + 1·1 + 1·1) / 25.
  assert.ok(Math.abs(humanKappa(voted)! - (0.4 - 0.44) / (1 - 0.44)) < 1e-12)
  assert.deepEqual(humanAgreement([], { seed: 1, stream: 'test' }), { n: 0, agreement: null, interval: null })
})
