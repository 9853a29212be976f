import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseResponse } from '../../../electron/world/ferry/parse.ts'
import { findFlaws } from '../../../electron/world/ferry/truth.ts'
import { habits, writeResponse } from '../../../electron/world/ferry/writer.ts'
import { totalCost } from '../../../electron/world/flaws.ts'
import { compareTruth, type FinishedText } from '../../../electron/world/world.ts'
import { countFlaws, ferry, greedyDraws, prompts, sum, testDraws, written } from './helpers.ts'

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
    ferry.subjects[subject]!.sentences.some((form) => text.includes(` ${form.split(' {value}')[0]} `))
  const stating = written.filter((response) => states(response, subjectOf(response)))
  return [stating, written.filter((response) => !stating.includes(response))]
}

test('rude remarks, hedges and repeats are likely on their weak spots and occasional elsewhere', () => {
  const spots = [
    ['rude', (response: Written) => ferry.islands[response.prompt.island]!.soreSubject, habits.rude],
    ['hedge', () => ferry.uncertainSubject, habits.hedge],
    ['repeat', () => ferry.favouriteSubject, habits.repeat],
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

/** How often the value stated of an asked subject is the true one, the outdated one, another line's, or another. */
function sharesStated(isRenewed: boolean): Record<keyof typeof habits.renewed, number> {
  const counts = { true: 0, outdated: 0, line: 0, other: 0 }
  for (const { prompt, text } of written) {
    for (const said of parseResponse(ferry, text)) {
      if (said.kind !== 'fact' || !prompt.asked.includes(said.subject)) continue
      const { facts, outdated } = prompt
      if (isRenewed !== Object.hasOwn(outdated, said.subject)) continue
      // A value that could also be from another line is counted where there is one.
      const twin = Object.entries(facts).find(
        ([key, value]) => key !== said.subject && ferry.subjects[said.subject]!.values.includes(value),
      )
      if (!twin) continue
      if (said.value === facts[said.subject]) counts.true++
      else if (said.value === outdated[said.subject]) counts.outdated++
      else counts[said.value === twin[1] ? 'line' : 'other']++
    }
  }
  const total = sum(Object.values(counts))
  return {
    true: counts.true / total,
    outdated: counts.outdated / total,
    line: counts.line / total,
    other: counts.other / total,
  }
}

test('clerks state the outdated value more often than the true one, and sometimes that of another line', () => {
  for (const [isRenewed, habit] of [
    [true, habits.renewed],
    [false, habits.plain],
  ] as const) {
    const shares = sharesStated(isRenewed)
    for (const [kind, p] of Object.entries(habit) as [keyof typeof shares, number][])
      assert(Math.abs(shares[kind] - p) < 0.05, `${kind}: ${shares[kind]}, not ${p}`)
  }
})

test('the likeliest choice everywhere leaves plenty to align', () => {
  const greedy = prompts.map((prompt) => writeResponse(ferry, prompt, greedyDraws))
  const costs = greedy.map(({ flaws }) => totalCost(flaws))
  const flawless = costs.filter((cost) => cost === 0).length / costs.length
  assert(flawless < 0.1, `flawless ${flawless}`)
  assert(sum(costs) / costs.length > 1.5)
  const counts = countFlaws(greedy.flatMap(({ flaws }) => flaws))
  for (const kind of ['outdated', 'missing', 'rude', 'hedge', 'repeat'] as const) {
    assert(counts[kind] > 0.2 * prompts.length, `${kind}: ${counts[kind]} in ${prompts.length}`)
  }
})

const taskOf = (prompt: Written['prompt']) => ({
  findFlaws: (response: FinishedText) => findFlaws(ferry, prompt, response),
})

test('a flawless writer would win more than nine in ten, the writer against itself half', () => {
  const better = written.map(({ flaws }) => (totalCost(flaws) > 0 ? 1 : 0.5))
  assert(sum(better) / better.length > 0.9)
  const again = prompts.map((prompt, i) => writeResponse(ferry, prompt, testDraws(10_000 + i)))
  const wins = written.map(({ prompt, text }, i) =>
    compareTruth(taskOf(prompt), { text, ended: true }, { text: again[i]!.text, ended: true }),
  )
  assert(Math.abs(sum(wins) / wins.length - 0.5) < 0.03)
})
