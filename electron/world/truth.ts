/**
 * The sample world's truth: every flaw of any response, and which of two responses is better.
 * It reads the text alone and knows nothing of who wrote it.
 */
import { type Flaw, flaw, totalCost } from './flaws.ts'
import { parseResponse, type SaidSentence } from './parse.ts'
import type { WorldPrompt } from './prompts.ts'
import type { World } from './world.ts'

/** A response, and whether it ended by itself rather than being cut off. */
export interface FinishedText {
  text: string
  ended: boolean
}

/** Which sentence serves what: its index, null where there is none. */
export interface Roles {
  /** The first greeting, where it stands before all answers. */
  greeting: number | null
  /** For each subject asked about, in order, the first statement of it. */
  answers: Map<string, number | null>
  /** The last closing, where it stands after the greeting and all answers. */
  closing: number | null
}

const orNull = (index: number) => (index < 0 ? null : index)

export function assignRoles(sentences: SaidSentence[], asked: string[]): Roles {
  const firstAbout = (subject: string) =>
    orNull(sentences.findIndex((said) => said.kind === 'fact' && said.subject === subject))
  const answers = new Map(asked.map((subject) => [subject, firstAbout(subject)]))
  const given = [...answers.values()].filter((index) => index !== null)
  const first = orNull(sentences.findIndex((said) => said.kind === 'greeting'))
  const greeting = first !== null && given.every((index) => first < index) ? first : null
  const last = orNull(sentences.findLastIndex((said) => said.kind === 'closing'))
  const closing = last !== null && [greeting ?? -1, ...given].every((index) => index < last) ? last : null
  return { greeting, answers, closing }
}

/** What is wrong with a sentence as a whole, or null: such a sentence is better struck than mended. */
export function wholeFlaw(said: SaidSentence, index: number, roles: Roles): Flaw | null {
  switch (said.kind) {
    case 'rude':
      return flaw('rude', said.span)
    case 'unknown':
      return flaw('malformed', said.span)
    case 'fact':
      if (!roles.answers.has(said.subject)) return flaw('off-topic', said.span)
      return roles.answers.get(said.subject) === index ? null : flaw('repeat', said.span)
    case 'greeting':
    case 'closing':
      if (roles[said.kind] === index) return null
      return flaw(roles[said.kind] === null ? 'malformed' : 'repeat', said.span)
  }
}

export function factOf(world: World, prompt: WorldPrompt, subject: string): string {
  return world.islands[prompt.island]!.facts[subject]!
}

/** What is wrong inside a sentence that is in its place: a name or a value, or null. */
export function slotFlaw(world: World, prompt: WorldPrompt, said: SaidSentence): Flaw | null {
  if (said.kind === 'greeting' && said.name !== prompt.name) return flaw('bad-name', said.slot)
  if (said.kind === 'fact' && said.value !== factOf(world, prompt, said.subject))
    return flaw('wrong', said.slot)
  return null
}

/**
 * Every flaw of a response, in order of position, then those of what is absent.
 * One statement about each subject counts; further ones are repeats, whatever they say.
 */
export function judgeTruth(world: World, prompt: WorldPrompt, response: FinishedText): Flaw[] {
  const sentences = parseResponse(world, response.text)
  const roles = assignRoles(sentences, prompt.asked)
  const flaws = sentences.flatMap((said, i) => {
    const fault = wholeFlaw(said, i, roles) ?? slotFlaw(world, prompt, said)
    return [...said.hedges.map((hedge) => flaw('hedge', hedge)), ...(fault ? [fault] : [])]
  })
  if (roles.greeting === null) flaws.push(flaw('bad-name', null))
  for (const answer of roles.answers.values()) if (answer === null) flaws.push(flaw('missing', null))
  if (roles.closing === null) flaws.push(flaw('no-closing', null))
  if (!response.ended) flaws.push(flaw('no-eos', null))
  return flaws
}

/** Probability that `b` is better: 0, 1, or ½ where their flaws cost the same. */
export function compareTruth(
  world: World,
  prompt: WorldPrompt,
  a: FinishedText,
  b: FinishedText,
): 0 | 0.5 | 1 {
  const difference = totalCost(judgeTruth(world, prompt, a)) - totalCost(judgeTruth(world, prompt, b))
  if (difference === 0) return 0.5
  return difference > 0 ? 1 : 0
}
