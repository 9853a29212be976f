import assert from 'node:assert/strict'
import { test } from 'node:test'
import { totalCost } from '../../electron/world/flaws.ts'
import { compareTruth } from '../../electron/world/truth.ts'
import { habits, writeResponse } from '../../electron/world/writer.ts'
import { countFlaws, greedyDraws, prompts, sum, testDraws, world, written } from './helpers.ts'

type Written = (typeof written)[number]

const has = (kind: string) => (response: Written) => response.flaws.some((flaw) => flaw.kind === kind)

/** Asserts a share of `of` against its probability, within five standard errors. */
function assertShare(of: Written[], holds: (response: Written) => boolean, p: number, what: string): void {
  const share = of.filter(holds).length / of.length
  assert(
    Math.abs(share - p) < 5 * Math.sqrt((p * (1 - p)) / of.length),
    `${what}: ${share} of ${of.length}, not ${p}`,
  )
}

/** Responses that state the subject, or that don't. */
function partition(subjectOf: (response: Written) => string): [stating: Written[], others: Written[]] {
  const states = ({ text, prompt }: Written, subject: string) =>
    prompt.asked.includes(subject) &&
    world.subjects[subject]!.sentences.some((form) => text.includes(` ${form.split(' {value}')[0]} `))
  const stating = written.filter((response) => states(response, subjectOf(response)))
  return [stating, written.filter((response) => !stating.includes(response))]
}

test('rude remarks, hedges and repeats are likely on their weak spots and occasional elsewhere', () => {
  const spots = [
    ['rude', (response: Written) => world.islands[response.prompt.island]!.soreSubject, habits.rude],
    ['hedge', () => world.uncertainSubject, habits.hedge],
    ['repeat', () => world.favouriteSubject, habits.repeat],
  ] as const
  for (const [kind, spotOf, habit] of spots) {
    const [on, elsewhere] = partition(spotOf)
    assertShare(on, has(kind), habit.weakSpot, `${kind} on the weak spot`)
    assertShare(elsewhere, has(kind), habit.elsewhere, `${kind} elsewhere`)
  }
})

test('other flaws are as frequent as intended', () => {
  assertShare(written, has('bad-name'), habits.wrongName, 'wrong name')
  assertShare(written, has('no-closing'), habits.noClosing, 'no closing')
  const few = written.filter(({ prompt }) => prompt.asked.length < 4)
  assertShare(few, has('off-topic'), habits.offTopic, 'off-topic')
  const missing =
    sum(few.map(({ flaws }) => countFlaws(flaws).missing)) / sum(few.map(({ prompt }) => prompt.asked.length))
  assert(Math.abs(missing - habits.missing.others) < 0.01, `missing ${missing}`)
})

test('most clerks state the misconception if there is one', () => {
  const counts = { true: 0, misconception: 0, other: 0 }
  for (const { prompt, text } of written) {
    const { facts, misconceptions } = world.islands[prompt.island]!
    for (const [subject, believed] of Object.entries(misconceptions)) {
      const { values } = world.subjects[subject]!
      const value = values.find((word) => new RegExp(`\\b${word}\\b`).test(text))
      if (!prompt.asked.includes(subject) || !value) continue
      counts[value === believed ? 'misconception' : value === facts[subject] ? 'true' : 'other']++
    }
  }
  const total = sum(Object.values(counts))
  for (const [kind, p] of Object.entries(habits.believed)) {
    const share = counts[kind as keyof typeof counts] / total
    assert(Math.abs(share - p) < 0.04, `${kind}: ${share} of ${total}`)
  }
})

test('the likeliest choice everywhere leaves plenty to align', () => {
  const greedy = prompts.map((prompt) => writeResponse(world, prompt, greedyDraws))
  const costs = greedy.map(({ flaws }) => totalCost(flaws))
  const flawless = costs.filter((cost) => cost === 0).length / costs.length
  assert(flawless < 0.1, `flawless ${flawless}`)
  assert(sum(costs) / costs.length > 1.5)
  const counts = countFlaws(greedy.flatMap(({ flaws }) => flaws))
  for (const kind of ['wrong', 'missing', 'rude', 'hedge', 'repeat'] as const) {
    assert(counts[kind] > 0.2 * prompts.length, `${kind}: ${counts[kind]} in ${prompts.length}`)
  }
})

test('a flawless writer would win more than nine in ten, the writer against itself half', () => {
  const better = written.map(({ flaws }) => (totalCost(flaws) > 0 ? 1 : 0.5))
  assert(sum(better) / better.length > 0.9)
  const again = prompts.map((prompt, i) => writeResponse(world, prompt, testDraws(10_000 + i)))
  const wins = written.map(({ prompt, text }, i) =>
    compareTruth(world, prompt, { text, ended: true }, { text: again[i]!.text, ended: true }),
  )
  assert(Math.abs(sum(wins) / wins.length - 0.5) < 0.03)
})
