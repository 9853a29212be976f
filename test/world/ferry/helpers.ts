/** What the tests of the ferry office share. */
import fc from 'fast-check'
import { type Draws, drawsOf } from '../../../electron/world/draws.ts'
import { loadFerry } from '../../../electron/world/ferry/ferry.ts'
import { makePrompts } from '../../../electron/world/ferry/prompts.ts'
import { writeResponse } from '../../../electron/world/ferry/writer.ts'
import { type Flaw, type FlawKind, flawCosts } from '../../../electron/world/flaws.ts'
import { fill } from '../../../electron/world/templates.ts'

export const ferry = loadFerry()
export const prompts = makePrompts(ferry, { seed: 1, n: 4000, split: 'train' })
export const written = prompts.map((prompt, i) => ({ prompt, ...writeResponse(ferry, prompt, testDraws(i)) }))

export function testDraws(counter: number): Draws {
  return drawsOf({ seed: 2, stream: 'test' }, counter)
}

/** Always the likeliest choice, as in greedy decoding of a perfectly fitted policy. */
export const greedyDraws: Draws = {
  chance: (p) => p > 0.5,
  pick: (options, weights = [1]) => options[weights.indexOf(Math.max(...weights))]!,
}

/** Sentences of the office in any order, some hedged or about wrong things, between scraps and odd spaces. */
const sentence = fc.oneof(
  fc.constantFrom(...ferry.closings, ...Object.values(ferry.subjects).map(({ rude }) => rude)),
  fc
    .tuple(
      fc.constantFrom(...ferry.greetings),
      fc.constantFrom(...ferry.names, 'a stranger', 'the whole crew'),
    )
    .map(([text, name]) => fill(text, { name })),
  ...Object.values(ferry.subjects).map(({ sentences, values }) =>
    fc
      .tuple(fc.constantFrom(...sentences), fc.constantFrom(...values, 'no such'))
      .map(([text, value]) => fill(text, { value })),
  ),
)
const hedged = fc.tuple(fc.constantFrom('', ...ferry.hedges.map((hedge) => `${hedge} `)), sentence)
const scrap = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('.', '!?', 'the boat', '{value}'),
)
export const anyResponse = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 6, arbitrary: hedged.map((parts) => parts.join('')) }, scrap),
      fc.constantFrom(' ', ' ', ' ', '', '\n '),
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.flat().join(''))

export const anyPrompt = fc.constantFrom(...prompts.slice(0, 300))

/** How many flaws of each kind, zeros included. */
export function countFlaws(flaws: readonly Flaw[]): Record<FlawKind, number> {
  const counts = Object.fromEntries(Object.keys(flawCosts).map((kind) => [kind, 0])) as Record<
    FlawKind,
    number
  >
  for (const { kind } of flaws) counts[kind]++
  return counts
}

export function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
