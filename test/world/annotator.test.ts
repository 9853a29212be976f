import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editMinimally } from '../../electron/world/annotator.ts'
import type { Draws } from '../../electron/world/draws.ts'
import { judgeTruth } from '../../electron/world/truth.ts'
import { anyPrompt, anyResponse, sum, testDraws, world, written } from './helpers.ts'

const perfect = { fix: 1, needless: 0 }
const none = { fix: 0, needless: 0 }

test('a perfect annotator leaves no flaw in a response of the clerks', () => {
  for (const [i, { prompt, text }] of written.entries()) {
    const edited = editMinimally(world, prompt, text, { draws: testDraws(i), care: perfect })
    assert.deepEqual(judgeTruth(world, prompt, { text: edited, ended: true }), [], `${text} -> ${edited}`)
  }
})

test('a perfect annotator leaves no flaw in any text, and nothing to fix the second time', () => {
  const texts = fc.oneof(anyResponse, fc.string({ unit: 'binary', maxLength: 200 }))
  fc.assert(
    fc.property(anyPrompt, texts, (prompt, text) => {
      const edited = editMinimally(world, prompt, text, { draws: testDraws(0), care: perfect })
      assert.deepEqual(judgeTruth(world, prompt, { text: edited, ended: true }), [], edited)
      assert.equal(editMinimally(world, prompt, edited, { draws: testDraws(1), care: perfect }), edited)
    }),
    { numRuns: 1000 },
  )
})

test('an annotator who fixes nothing keeps any text byte for byte', () => {
  fc.assert(
    fc.property(anyPrompt, anyResponse, (prompt, text) => {
      assert.equal(editMinimally(world, prompt, text, { draws: testDraws(0), care: none }), text)
    }),
  )
})

test('only the flaws change', () => {
  const prompt = { messages: [], name: 'ivy', island: 'orrow', asked: ['fare', 'buns', 'skipper'] }
  const { fare, buns, skipper } = world.islands.orrow!.facts
  const wrong = world.subjects.fare!.values.find((value) => value !== fare)
  const text = `good day, osric. perhaps you pay ${wrong} shillings on board. do not try to haggle. the tea room bakes ${buns} buns. the island bakes ${buns} buns daily.\nenjoy the trip!`
  const first: Draws = { chance: (p) => p > 0.5, pick: (options) => options[0]! }
  assert.equal(
    editMinimally(world, prompt, text, { draws: first, care: perfect }),
    `good day, ivy. you pay ${fare} shillings on board. the tea room bakes ${buns} buns. captain ${skipper} is at the wheel.\nenjoy the trip!`,
  )
})

test('about nine flaws in ten are fixed', () => {
  const count = (edit: boolean) =>
    sum(
      written.map(({ prompt, text }, i) => {
        const shown = edit ? editMinimally(world, prompt, text, { draws: testDraws(i) }) : text
        return judgeTruth(world, prompt, { text: shown, ended: true }).length
      }),
    )
  const left = count(true) / count(false)
  assert(left > 0.085 && left < 0.115, `left ${left}`)
})

test('three in a hundred sentences without flaws are reworded, and still say the same', () => {
  let sentences = 0
  let changed = 0
  for (const [i, { prompt, text }] of written.entries()) {
    const flawless = editMinimally(world, prompt, text, { draws: testDraws(i), care: perfect })
    const reworded = editMinimally(world, prompt, flawless, {
      draws: testDraws(i),
      care: { fix: 1, needless: 0.03 },
    })
    assert.deepEqual(judgeTruth(world, prompt, { text: reworded, ended: true }), [])
    const before = flawless.split(/(?<=[.!]) /)
    const after = reworded.split(/(?<=[.!]) /)
    sentences += before.length
    changed += before.filter((sentence, j) => sentence !== after[j]).length
  }
  assert(Math.abs(changed / sentences - 0.03) < 0.006, `${changed / sentences}`)
})
