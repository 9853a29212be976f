import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePrompts, readPrompt, type WorldPrompt } from '../../electron/world/prompts.ts'
import { prompts, world } from './helpers.ts'

const questionOf = ({ island, asked }: WorldPrompt) => `${island}: ${[...asked].sort().join(', ')}`

test('no held-out question occurs in training, in any order, wording or name', () => {
  const train = makePrompts(world, { seed: 3, n: 8000, split: 'train' })
  const heldOut = makePrompts(world, { seed: 4, n: 2000, split: 'held-out' })
  const trained = new Set(train.map(questionOf))
  const asked = new Set(heldOut.map(questionOf))
  assert(![...asked].some((question) => trained.has(question)))
  assert.equal(trained.size, 480)
  assert.equal(asked.size, 120)
})

test('training asks about every fact', () => {
  const asked = new Set(
    prompts.flatMap((prompt) => prompt.asked.map((subject) => `${prompt.island} ${subject}`)),
  )
  assert.equal(asked.size, 72)
})

test('a seed determines the prompts, a longer list begins with the shorter, and all of them differ', () => {
  const options = { seed: 9, n: 300, split: 'held-out' } as const
  const once = makePrompts(world, options)
  assert.deepEqual(makePrompts(world, options), once)
  assert.deepEqual(makePrompts(world, { ...options, n: 200 }), once.slice(0, 200))
  assert.notDeepEqual(makePrompts(world, { ...options, seed: 10 }), once)
  assert.equal(new Set(once.map(({ messages }) => messages[0]!.content)).size, 300)
})

test('a prompt is parsed from its words alone', () => {
  for (const prompt of prompts) assert.deepEqual(readPrompt(world, prompt.messages), prompt)
})

test('other prompts are not of this world', () => {
  const contents = [
    '',
    'what is the capital of france?',
    'i am stranger. for quern, i need the pier and the fare.',
    'i am ivy. for atlantis, i need the pier and the fare.',
    'i am ivy. for quern, i need the pier and the moon.',
    'i am ivy. for constructor, i need the pier and the fare.',
    'i am ivy. for quern, i need the pier and the fare. thanks.',
  ]
  for (const content of contents) assert.equal(readPrompt(world, [{ role: 'user', content }]), null, content)
  assert.equal(readPrompt(world, []), null)
})
