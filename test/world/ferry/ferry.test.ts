import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserError } from '../../../electron/contract/errors.ts'
import { byteLevelTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { parseFerry } from '../../../electron/world/ferry/ferry.ts'
import { parseResponse } from '../../../electron/world/ferry/parse.ts'
import { ferryWords } from '../../../electron/world/ferry/words.ts'
import { splitPieces } from '../../../electron/world/pieces.ts'
import { fill } from '../../../electron/world/templates.ts'
import { ferry, prompts, sum, written } from './helpers.ts'

function refusal(change: (copy: typeof ferry) => void): string {
  const copy = structuredClone(ferry)
  change(copy)
  try {
    parseFerry(copy)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  return 'accepted'
}

test('a mistake in the file of words is refused with its key', () => {
  assert.equal(
    refusal(() => {}),
    'accepted',
  )
  assert.match(
    refusal((w) => w.hedges.pop() && w.hedges.splice(0)),
    /key hedges: /,
  )
  assert.match(
    refusal((w) => w.greetings.push('hello.')),
    /key greetings\.3: must hold \{name\}/,
  )
  assert.match(
    refusal((w) => w.closings.push('no stop')),
    /key closings\.3: /,
  )
  assert.match(
    refusal((w) => delete w.islands.quern!.facts.buns),
    /key islands\.quern\.facts\.buns: /,
  )
  assert.match(
    refusal((w) => (w.islands.quern!.soreSubject = 'moon')),
    /quern\.soreSubject: "moon" is not a subject/,
  )
  assert.match(
    refusal((w) => (w.islands.quern!.facts.pier = 'noon')),
    /quern\.facts\.pier: needs one of the subject's values/,
  )
  assert.match(
    refusal((w) => Object.assign(w, { extra: 1 })),
    /key .*[Uu]nrecognized key.*extra/,
  )
})

test('two subjects have times and two have numbers, so that lines of a board can be confused', () => {
  const { sailing, return: back, fare, cabin } = ferry.subjects
  assert.deepEqual(sailing!.values, back!.values)
  assert.deepEqual(fare!.values, cabin!.values)
  assert.equal(Object.keys(ferry.subjects).length, 8)
  assert.equal(Object.keys(ferry.islands).length, 12)
})

test('every sentence of the office is parsed as what it says', () => {
  const kindOf = (text: string) => parseResponse(ferry, text).map(({ kind }) => kind)
  for (const [subject, { sentences, values, rude }] of Object.entries(ferry.subjects)) {
    assert.deepEqual(kindOf(rude), ['rude'])
    for (const hedge of ['', ...ferry.hedges.map((words) => `${words} `)]) {
      for (const text of sentences.flatMap((form) => values.map((value) => hedge + fill(form, { value })))) {
        const [said, ...others] = parseResponse(ferry, text)
        assert(said?.kind === 'fact' && others.length === 0, text)
        assert.equal(said.subject, subject)
        assert.equal(said.hedges.length, hedge ? 1 : 0)
        assert(values.includes(said.value))
        assert.equal(text.slice(said.slot.start, said.slot.end), said.value)
      }
    }
  }
  for (const greeting of ferry.greetings)
    assert.deepEqual(kindOf(fill(greeting, { name: 'ivy' })), ['greeting'])
  for (const closing of ferry.closings) assert.deepEqual(kindOf(closing), ['closing'])
})

test('prompts and responses are made of a small list of words', () => {
  const words = new Set(ferryWords(ferry))
  assert(words.size >= 150 && words.size <= 250, `${words.size} words`)
  const texts = [...prompts.map(({ messages }) => messages[0]!.content), ...written.map(({ text }) => text)]
  for (const text of texts) {
    const pieces = splitPieces(text)
    assert.equal(pieces.join(''), text)
    for (const piece of pieces)
      assert(piece === '\n' || words.has(piece), `"${piece}" of "${text}" is not in the list`)
  }
  const used = new Set(texts.flatMap(splitPieces))
  assert.deepEqual(
    [...words].filter((word) => !used.has(word)),
    [],
  )
})

test('responses have about 35 pieces and at most 55, prompts at most 66', () => {
  const lengths = written.map(({ text }) => splitPieces(text).length)
  const mean = sum(lengths) / lengths.length
  assert(mean > 33 && mean < 37, `mean ${mean}`)
  assert(Math.max(...lengths) <= 55)
  assert(Math.max(...prompts.map(({ messages }) => splitPieces(messages[0]!.content).length)) <= 66)
})

test('a tokenizer of these words has one token for each piece, and needs no bytes', () => {
  const tokenizer = byteLevelTokenizer(ferryWords(ferry))
  for (const { text } of written.slice(0, 500)) {
    assert.deepEqual(
      tokenizer.encode(text).map((id) => tokenizer.pieceOf(id)),
      splitPieces(text),
    )
  }
  const lengths = prompts.map(
    ({ messages }) => tokenizer.encodeChat(messages, { addGenerationPrompt: true }).length,
  )
  assert(Math.max(...lengths) <= 72)
})
