import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Draws } from '../../../electron/world/draws.ts'
import { type Care, editors } from '../../../electron/world/editors.ts'
import { editMinimally } from '../../../electron/world/ferry/annotator.ts'
import { readPrompt } from '../../../electron/world/ferry/prompts.ts'
import { findFlaws } from '../../../electron/world/ferry/truth.ts'
import { type FlawKind, isSubtle } from '../../../electron/world/flaws.ts'
import { fill } from '../../../electron/world/templates.ts'
import { anyPrompt, anyResponse, ferry, testDraws, written } from './helpers.ts'

const { perfect } = editors
const none: Care = { ...perfect, fix: mapFixes(() => 0) }

function mapFixes(fix: (kind: FlawKind) => number): Care['fix'] {
  const kinds = Object.keys(isSubtle) as FlawKind[]
  return Object.fromEntries(kinds.map((kind) => [kind, fix(kind)])) as Care['fix']
}

test('a perfect annotator leaves no flaw in a response of the clerks', () => {
  for (const [i, { prompt, text }] of written.entries()) {
    const edited = editMinimally(ferry, prompt, text, { draws: testDraws(i), care: perfect })
    assert.deepEqual(findFlaws(ferry, prompt, { text: edited, ended: true }), [], `${text} -> ${edited}`)
  }
})

test('a perfect annotator leaves no flaw in any text, and nothing to fix the second time', () => {
  const texts = fc.oneof(anyResponse, fc.string({ unit: 'binary', maxLength: 200 }))
  fc.assert(
    fc.property(anyPrompt, texts, (prompt, text) => {
      const edited = editMinimally(ferry, prompt, text, { draws: testDraws(0), care: perfect })
      assert.deepEqual(findFlaws(ferry, prompt, { text: edited, ended: true }), [], edited)
      assert.equal(editMinimally(ferry, prompt, edited, { draws: testDraws(1), care: perfect }), edited)
    }),
    { numRuns: 1000 },
  )
})

test('an annotator who fixes nothing keeps any text byte for byte', () => {
  fc.assert(
    fc.property(anyPrompt, anyResponse, (prompt, text) => {
      assert.equal(editMinimally(ferry, prompt, text, { draws: testDraws(0), care: none }), text)
    }),
  )
})

test('only the flaws change', () => {
  const content =
    'notice board:\nfare: ten, was six\nskipper: moss\nbuns: honey\ni am ivy. for orrow, i need the fare, the buns and the skipper.'
  const prompt = readPrompt(ferry, [{ role: 'user', content }])!
  const [fare, wrong, buns, skipper] = ['ten', 'six', 'honey', 'moss']
  const text = `good day, osric. perhaps you pay ${wrong} shillings on board. do not try to haggle. the tea room bakes ${buns} buns. the island bakes ${buns} buns daily.\nenjoy the trip!`
  const first: Draws = { chance: (p) => p > 0.5, pick: (options) => options[0]! }
  assert.equal(
    editMinimally(ferry, prompt, text, { draws: first, care: perfect }),
    `good day, ivy. you pay ${fare} shillings on board. the tea room bakes ${buns} buns. captain ${skipper} is at the wheel.\nenjoy the trip!`,
  )
})

/** Flaws that `care` leaves, as a share of those before, by whether they are subtle. */
function leftBy(care: Care): Record<'plain' | 'subtle', number> {
  const found = { before: { plain: 0, subtle: 0 }, after: { plain: 0, subtle: 0 } }
  for (const [i, { prompt, text }] of written.entries()) {
    const edited = editMinimally(ferry, prompt, text, { draws: testDraws(10_000 + i), care })
    for (const [when, shown] of Object.entries({ before: text, after: edited }))
      for (const { kind } of findFlaws(ferry, prompt, { text: shown, ended: true }))
        found[when as keyof typeof found][isSubtle[kind] ? 'subtle' : 'plain']++
  }
  const { before, after } = found
  return { plain: after.plain / before.plain, subtle: after.subtle / before.subtle }
}

test('each editor leaves the flaws that it overlooks, more of the subtle ones', () => {
  for (const [name, plain, subtle] of [
    ['careful', 0.05, 0.15],
    ['hasty', 0.25, 0.6],
    ['stylist', 0.1, 0.3],
  ] as const) {
    const left = leftBy(editors[name])
    assert(Math.abs(left.plain - plain) < 0.015, `${name}: ${left.plain} of the plain flaws`)
    assert(Math.abs(left.subtle - subtle) < 0.015, `${name}: ${left.subtle} of the subtle flaws`)
  }
})

/** Share of flawless sentences that `care` changes; what they say stays the same. */
function rewordedBy(care: Care): number {
  let sentences = 0
  let changed = 0
  for (const [i, { prompt, text }] of written.entries()) {
    const flawless = editMinimally(ferry, prompt, text, { draws: testDraws(i), care: perfect })
    const reworded = editMinimally(ferry, prompt, flawless, { draws: testDraws(10_000 + i), care })
    assert.deepEqual(findFlaws(ferry, prompt, { text: reworded, ended: true }), [])
    const before = flawless.split(/(?<=[.!]) /)
    const after = reworded.split(/(?<=[.!]) /)
    sentences += before.length
    changed += before.filter((sentence, j) => sentence !== after[j]).length
  }
  return changed / sentences
}

test('a careful editor rewords two in a hundred sentences that were fine, and they still say the same', () => {
  assert(Math.abs(rewordedBy(editors.careful) - 0.02) < 0.005)
})

test('the stylist rewords three in ten sentences, always to the wording of its taste', () => {
  // A third of the sentences has that wording already.
  assert(Math.abs(rewordedBy(editors.stylist) - 0.2) < 0.02)
  const always: Care = { ...editors.stylist, reword: 1 }
  for (const { prompt, text } of written.slice(0, 300)) {
    const flawless = editMinimally(ferry, prompt, text, { draws: testDraws(0), care: perfect })
    const edited = editMinimally(ferry, prompt, flawless, { draws: testDraws(0), care: always })
    assert.match(
      edited,
      new RegExp(`^${fill(ferry.greetings[0]!, { name: prompt.name })}.*${ferry.closings[0]}$`),
    )
  }
})
