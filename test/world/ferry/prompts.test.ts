import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FerryPrompt, makePrompts, readPrompt } from '../../../electron/world/ferry/prompts.ts'
import { ferry, prompts, sum } from './helpers.ts'

const questionOf = ({ island, asked }: FerryPrompt) => `${island}: ${[...asked].sort().join(', ')}`
const boardOf = ({ facts, outdated }: FerryPrompt) => JSON.stringify([facts, outdated])

test('no held-out question and no held-out board occurs in training, in any order, wording or name', () => {
  const train = makePrompts(ferry, { seed: 3, n: 8000, split: 'train' })
  const heldOut = makePrompts(ferry, { seed: 4, n: 2000, split: 'held-out' })
  for (const keyOf of [questionOf, boardOf]) {
    const trained = new Set(train.map(keyOf))
    assert(!heldOut.some((prompt) => trained.has(keyOf(prompt))))
  }
  const trained = new Set(train.map(questionOf))
  const asked = new Set(heldOut.map(questionOf))
  assert(trained.size > 1450 && trained.size <= 1478, `${trained.size} questions in training`)
  assert(asked.size > 350 && asked.size <= 370, `${asked.size} questions held out`)
})

test('no two prompts of a list have the same board', () => {
  const boards = prompts.map(({ messages }) => messages[0]!.content.split('\n').slice(0, -1).join('\n'))
  assert.equal(new Set(boards).size, prompts.length)
})

test('a board states everything asked about and something else, and no value twice', () => {
  for (const { asked, facts, outdated } of prompts) {
    assert(asked.every((subject) => Object.hasOwn(facts, subject)))
    const lines = Object.keys(facts).length
    assert(lines > asked.length && lines <= 5)
    const values = [...Object.values(facts), ...Object.values(outdated)]
    assert.equal(new Set(values).size, values.length)
    for (const [subject, value] of [...Object.entries(facts), ...Object.entries(outdated)])
      assert(ferry.subjects[subject]!.values.includes(value))
  }
})

test('half of the lines name an outdated value, and each value is as likely as the others, whatever the island', () => {
  const lines = sum(prompts.map(({ facts }) => Object.keys(facts).length))
  const outdated = sum(prompts.map((prompt) => Object.keys(prompt.outdated).length))
  assert(Math.abs(outdated / lines - 0.5) < 0.02)
  const orrow = prompts.filter(({ island, facts }) => island === 'orrow' && facts.pier !== undefined)
  for (const value of ferry.subjects.pier!.values) {
    const share = orrow.filter(({ facts }) => facts.pier === value).length / orrow.length
    assert(Math.abs(share - 1 / 8) < 0.1, `${value}: ${share}`)
  }
})

test('training asks about every subject of every island', () => {
  const asked = new Set(
    prompts.flatMap((prompt) => prompt.asked.map((subject) => `${prompt.island} ${subject}`)),
  )
  assert.equal(asked.size, 96)
})

test('a seed determines the prompts, a longer list begins with the shorter, and all of them differ', () => {
  const options = { seed: 9, n: 300, split: 'held-out' } as const
  const once = makePrompts(ferry, options)
  assert.deepEqual(makePrompts(ferry, options), once)
  assert.deepEqual(makePrompts(ferry, { ...options, n: 200 }), once.slice(0, 200))
  assert.notDeepEqual(makePrompts(ferry, { ...options, seed: 10 }), once)
  assert.equal(new Set(once.map(({ messages }) => messages[0]!.content)).size, 300)
})

test('a prompt is parsed from its words alone', () => {
  for (const prompt of prompts) assert.deepEqual(readPrompt(ferry, prompt.messages), prompt)
})

test('a prompt without a board, of an earlier project, is about the facts of its island', () => {
  const messages = [{ role: 'user' as const, content: 'i am ivy. for quern, i need the pier and the fare.' }]
  const { facts } = ferry.islands.quern!
  assert.deepEqual(
    [facts.pier, facts.sailing, facts.fare, facts.skipper, facts.buns, facts.wildlife],
    ['barrel', 'noon', 'ten', 'quill', 'lemon', 'terns'],
  )
  assert.deepEqual(readPrompt(ferry, messages), {
    messages,
    name: 'ivy',
    island: 'quern',
    asked: ['pier', 'fare'],
    facts,
    outdated: {},
  })
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
    'i am ivy. for quern, i need the pier and the cabin.',
    'notice board:\npier: rope\ni am ivy. for quern, i need the pier and the fare.',
    'notice board:\npier: rope\nfare: moss\ni am ivy. for quern, i need the pier and the fare.',
    'notice board:\npier: rope\npier: anchor\nfare: six\ni am ivy. for quern, i need the pier and the fare.',
    'notice board:\npier: rope, not anchor\nfare: six\ni am ivy. for quern, i need the pier and the fare.',
    'pier: rope\nfare: six\ni am ivy. for quern, i need the pier and the fare.',
  ]
  for (const content of contents) assert.equal(readPrompt(ferry, [{ role: 'user', content }]), null, content)
  assert.equal(readPrompt(ferry, []), null)
})
