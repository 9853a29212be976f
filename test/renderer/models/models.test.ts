import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EvaluationRecord } from '../../../electron/contract/judge.ts'
import type { ModelRecord } from '../../../electron/contract/models.ts'
import { descent, winRates } from '../../../renderer/models/lineage.ts'
import { factsOf, fingerprintOf, madeBy, parametersOf } from '../../../renderer/models/model-words.ts'
import { type Answer, messagesOf } from '../../../renderer/models/turns.ts'

function model(name: string, from: string | null, more: Partial<ModelRecord> = {}): ModelRecord {
  return {
    id: name,
    name,
    from,
    kind: 'language',
    path: `/models/${name}`,
    run: null,
    trainedBy: null,
    rewardedBy: [],
    format: 'safetensors',
    parameters: 134_515_008,
    sizeBytes: 269e6,
    fingerprint: '9f3c71ae',
    isOwn: false,
    createdAt: '2026-11-27T08:00:00.000Z',
    ...more,
  }
}

const drawn = (...newestFirst: ModelRecord[]) =>
  descent(newestFirst).map(({ model: { name }, depth }) => [name, depth])

test('each model stands right after the one that it was trained from, the oldest first', () => {
  const models = [
    model('policy 2', 'sft'),
    model('other', null),
    model('policy 1', 'sft'),
    model('sft', 'base'),
    model('base', 'preset world'),
  ]
  assert.deepEqual(drawn(...models), [
    ['base', 0],
    ['sft', 1],
    ['policy 1', 2],
    ['policy 2', 2],
    ['other', 0],
  ])
})

test('models whose names make a circle are all listed, once', () => {
  assert.deepEqual(drawn(model('b', 'a'), model('a', 'b'), model('self', 'self')), [
    ['self', 0],
    ['a', 0],
    ['b', 1],
  ])
})

test('a win rate is that of the newest finished evaluation, with its interval, opponent and judge', () => {
  const evaluation = (candidate: string, winRate: number | null, isCheck = false) =>
    ({
      isCheck,
      candidate,
      reference: 'sft',
      judge: 'world',
      summary: winRate === null ? null : { winRate, interval: { low: winRate - 5, high: winRate + 5 } },
    }) as EvaluationRecord
  const rates = winRates([
    evaluation('a', null),
    evaluation('a', 90, true),
    evaluation('a', 64.24),
    evaluation('a', 50),
    evaluation('b', null),
  ])
  assert.deepEqual(
    [...rates],
    [['a', { value: 64.24, sentence: '64.2%, 59.2 to 69.2, against sft, judged by world' }]],
  )
})

function answer(text: string): Answer {
  return { model: 'm', text, state: 'done', tokens: 1, seconds: 1, ended: true, notes: [], error: null }
}

test('each side is asked with its own earlier answers; a side that came later takes the first side’s', () => {
  const turns = [
    { id: 1, prompt: 'one', answers: [answer('left 1')] },
    { id: 2, prompt: 'two', answers: [answer('left 2'), answer('right 2')] },
    { id: 3, prompt: 'lost', answers: [answer(''), answer('')] },
    { id: 4, prompt: 'four', answers: [answer(''), answer('')] },
  ]
  const asked = (side: number, system = '') =>
    messagesOf(turns, { turn: 3, side, system }).map(({ role, content }) => `${role}: ${content}`)
  assert.deepEqual(asked(1), [
    'user: one',
    'assistant: left 1',
    'user: two',
    'assistant: right 2',
    'user: four',
  ])
  assert.deepEqual(asked(0, 'Be brief.').slice(0, 2), ['system: Be brief.', 'user: one'])
  assert.equal(asked(0)[3], 'assistant: left 2')
})

test('facts are words with units', () => {
  const trained = model('p', 'sft', {
    run: 'r',
    trainedBy: { kind: 'ppo', name: 'p', step: 1120 },
    rewardedBy: ['rewards', 'more'],
  })
  assert.equal(madeBy(trained), 'PPO, step 1,120')
  assert.deepEqual(
    [madeBy(model('x', null)), madeBy(model('x', null, { format: 'GGUF' }))],
    ['Hugging Face', 'GGUF'],
  )
  assert.equal(fingerprintOf('9f3c71ae'), '9f3c 71ae')
  assert.deepEqual([196_000, 134_515_008, 1.5e9, null].map(parametersOf), [
    '196 thousand',
    '134.5 million',
    '1.50 billion',
    'cannot be read',
  ])
  const facts = Object.fromEntries(
    factsOf(trained, (bytes) => `${bytes} B`).map(({ name, value }) => [name, value]),
  )
  assert.deepEqual(
    [facts.From, facts['Rewarded by'], facts.Size],
    ['sft', 'rewards, more', '269000000 B, safetensors'],
  )
})
