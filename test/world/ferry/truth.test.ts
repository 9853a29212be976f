import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseResponse } from '../../../electron/world/ferry/parse.ts'
import { readPrompt } from '../../../electron/world/ferry/prompts.ts'
import { findFlaws } from '../../../electron/world/ferry/truth.ts'
import { type Flaw, type FlawKind, flawCosts, totalCost } from '../../../electron/world/flaws.ts'
import { compareTruth, type FinishedText } from '../../../electron/world/world.ts'
import { compareInWorlds, flawsInWorlds } from '../../../electron/world/worlds.ts'
import { anyPrompt, anyResponse, ferry, written } from './helpers.ts'

const messages = [
  {
    role: 'user' as const,
    content:
      'notice board:\nskipper: moss\nfare: ten, was six\nbuns: honey\ni am ivy. for orrow, i need the fare and the buns.',
  },
]
const prompt = readPrompt(ferry, messages)!
const [fare, buns, skipper] = ['ten', 'honey', 'moss']
const said = {
  hello: 'good day, ivy.',
  fare: `you pay ${fare} shillings on board.`,
  buns: `the tea room bakes ${buns} buns.`,
  bye: 'enjoy the trip!',
}

/** Kinds of the flaws found, each with the words at fault. */
function found(text: string, ended = true): [FlawKind, string | null][] {
  return findFlaws(ferry, prompt, { text, ended }).map(({ kind, span }) => [
    kind,
    span && text.slice(span.start, span.end),
  ])
}

test('the truth finds exactly the flaws of the clerk, where they are', () => {
  for (const { prompt, text, flaws } of written) {
    assert.deepEqual(findFlaws(ferry, prompt, { text, ended: true }), flaws, text)
  }
})

test('a flawless answer costs nothing, in any order of answers', () => {
  assert.deepEqual(found(`${said.hello} ${said.fare} ${said.buns} ${said.bye}`), [])
  assert.deepEqual(found(`${said.hello} ${said.buns} ${said.fare} ${said.bye}`), [])
})

test('each kind of flaw is found with the words at fault', () => {
  const { hello, fare, buns, bye } = said
  const wrong = fare.replace(/pay \w+/, 'pay many silver')
  const stray = `your skipper is captain ${skipper}.`
  const cases: [string, [FlawKind, string | null][]][] = [
    [`${hello} ${wrong} ${buns} ${bye}`, [['wrong', 'many silver']]],
    [`${hello} ${fare.replace('ten', 'six')} ${buns} ${bye}`, [['outdated', 'six']]],
    [`${hello} ${fare.replace('ten', 'five')} ${buns} ${bye}`, [['wrong', 'five']]],
    [`${hello} ${buns} ${bye}`, [['missing', null]]],
    [`${hello} ${fare} ${stray} ${buns} ${bye}`, [['off-topic', stray]]],
    [`${hello} ${fare} do not try to haggle. ${buns} ${bye}`, [['rude', 'do not try to haggle.']]],
    [`${hello} ${fare} ${buns} the the. ${bye}`, [['malformed', 'the the.']]],
    [`good day, osric. ${fare} ${buns} ${bye}`, [['bad-name', 'osric']]],
    [`${fare} ${buns} ${bye}`, [['bad-name', null]]],
    [
      `${hello} perhaps i think ${fare} ${buns} ${bye}`,
      [
        ['hedge', 'perhaps'],
        ['hedge', 'i think'],
      ],
    ],
    [`${hello} ${fare} ${buns} ${wrong} ${bye}`, [['repeat', wrong]]],
    [`${hello} ${fare} ${buns}`, [['no-closing', null]]],
    [
      `${hello} ${fare} ${bye} ${buns}`,
      [
        ['malformed', bye],
        ['no-closing', null],
      ],
    ],
    [
      `${fare} ${hello} ${buns} ${bye}`,
      [
        ['malformed', hello],
        ['bad-name', null],
      ],
    ],
    [`${hello} ${hello} ${fare} ${buns} ${bye}`, [['repeat', hello]]],
    [`${hello} ${fare} ${bye} ${buns} ${bye}`, [['repeat', bye]]],
    [`${hello} ${fare} ${buns} ${bye} enjoy the`, [['malformed', 'enjoy the']]],
    [
      '',
      [
        ['bad-name', null],
        ['missing', null],
        ['missing', null],
        ['no-closing', null],
      ],
    ],
  ]
  for (const [text, flaws] of cases) assert.deepEqual(found(text), flaws, text)
  assert.deepEqual(found(`${hello} ${fare} ${buns} ${bye}`, false), [['no-eos', null]])
})

test('the truth reads any text without error, and its flaws are inside it', () => {
  const holds = (flaws: Flaw[], text: string) =>
    flaws.every(
      ({ span }) => span === null || (0 <= span.start && span.start < span.end && span.end <= text.length),
    )
  fc.assert(
    fc.property(
      anyPrompt,
      fc.oneof(anyResponse, fc.string({ unit: 'binary', maxLength: 300 })),
      (prompt, text) => {
        assert(holds(findFlaws(ferry, prompt, { text, ended: true }), text))
        const sentences = parseResponse(ferry, text).map(({ span }) => text.slice(span.start, span.end))
        assert.equal(sentences.join('').replace(/\s/g, ''), text.replace(/\s/g, ''))
      },
    ),
    { numRuns: 1000 },
  )
})

test('a response of a million characters is read in no time', () => {
  const before = performance.now()
  for (const text of ['a '.repeat(5e5), '.'.repeat(1e6), 'i think '.repeat(1.25e5), '\n'.repeat(1e6)])
    found(text)
  assert(performance.now() - before < 3000)
})

const task = { findFlaws: (response: FinishedText) => findFlaws(ferry, prompt, response) }

test('the response whose flaws cost less is better, and equal costs tie', () => {
  const { hello, fare, buns, bye } = said
  const best = { text: `${hello} ${fare} ${buns} ${bye}`, ended: true }
  const hedged = { text: `${hello} perhaps ${fare} ${buns} ${bye}`, ended: true }
  const open = { text: `${hello} ${fare} ${buns}`, ended: true }
  assert.equal(compareTruth(task, best, hedged), 0)
  assert.equal(compareTruth(task, hedged, best), 1)
  assert.equal(compareTruth(task, hedged, open), 0.5)
  assert.equal(compareTruth(task, { ...best, ended: false }, open), 1)
})

test('a flaw costs one, or half for a hedge, a repeat, a wrong order or no closing', () => {
  const half = Object.entries(flawCosts).filter(([, cost]) => cost === 0.5)
  assert.deepEqual(half.map(([kind]) => kind).sort(), ['hedge', 'no-closing', 'out-of-order', 'repeat'])
  assert.equal(totalCost(findFlaws(ferry, prompt, { text: '', ended: false })), 4.5)
})

test('a judge compares by the words of the prompt, and finds a tie on prompts of another world', () => {
  const { hello, fare, buns, bye } = said
  const best = { text: `${hello} ${fare} ${buns} ${bye}`, ended: true }
  const open = { text: `${hello} ${fare} ${buns}`, ended: true }
  assert(compareInWorlds(messages, open, best) > 0)
  assert(compareInWorlds(messages, best, open) < 0)
  assert.equal(compareInWorlds([{ role: 'user', content: 'hello' }], open, best), 0)
})

test('answers to prompts of earlier projects are judged by the facts of their island', () => {
  const messages = [{ role: 'user' as const, content: 'i am ivy. for orrow, i need the fare and the buns.' }]
  const kindsOf = (text: string) => flawsInWorlds(messages, { text, ended: true }).map(({ kind }) => kind)
  const answer =
    'good day, ivy. you pay eight shillings on board. the tea room bakes ginger buns. enjoy the trip!'
  assert.deepEqual(kindsOf(answer), [])
  assert.deepEqual(kindsOf(answer.replace('eight', 'ten').replace('good day', 'perhaps good day')), [
    'hedge',
    'wrong',
  ])
})
