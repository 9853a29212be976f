/**
 * The sample world's truth: every flaw of any response, and which of two responses is better. It reads the text alone,
 * without knowing its author.
 */
import { type Flaw, flaw, totalCost } from './flaws.ts'
import { type ParsedSentence, parseResponse } from './parse.ts'
import type { WorldPrompt } from './prompts.ts'
import type { World } from './world.ts'

/** A response, and whether it ended on its own instead of being cut off. */
export interface FinishedText {
  text: string
  ended: boolean
}

/** Which sentence has which role: its index, or null if there is none. */
export interface Roles {
  /** The first greeting, if it is before all answers. */
  greeting: number | null
  /** For each subject asked about, in order, the first statement of it. */
  answers: Map<string, number | null>
  /** The last closing, if it is after the greeting and all answers. */
  closing: number | null
}

const orNull = (index: number) => (index < 0 ? null : index)

export function assignRoles(sentences: ParsedSentence[], asked: string[]): Roles {
  const firstAbout = (subject: string) =>
    orNull(sentences.findIndex((sentence) => sentence.kind === 'fact' && sentence.subject === subject))
  const answers = new Map(asked.map((subject) => [subject, firstAbout(subject)]))
  const present = [...answers.values()].filter((index) => index !== null)
  const first = orNull(sentences.findIndex((sentence) => sentence.kind === 'greeting'))
  const greeting = first !== null && present.every((index) => first < index) ? first : null
  const last = orNull(sentences.findLastIndex((sentence) => sentence.kind === 'closing'))
  const closing = last !== null && [greeting ?? -1, ...present].every((index) => index < last) ? last : null
  return { greeting, answers, closing }
}

/** What is wrong with a sentence as a whole, so that it has to be deleted; otherwise null. */
export function wholeFlaw(sentence: ParsedSentence, index: number, roles: Roles): Flaw | null {
  switch (sentence.kind) {
    case 'rude':
      return flaw('rude', sentence.span)
    case 'unknown':
      return flaw('malformed', sentence.span)
    case 'fact':
      if (!roles.answers.has(sentence.subject)) return flaw('off-topic', sentence.span)
      return roles.answers.get(sentence.subject) === index ? null : flaw('repeat', sentence.span)
    case 'greeting':
    case 'closing':
      if (roles[sentence.kind] === index) return null
      return flaw(roles[sentence.kind] === null ? 'malformed' : 'repeat', sentence.span)
  }
}

export function factOf(world: World, prompt: WorldPrompt, subject: string): string {
  return world.islands[prompt.island]!.facts[subject]!
}

/** What is wrong inside a sentence that has a role: a name or a value; otherwise null. */
export function slotFlaw(world: World, prompt: WorldPrompt, sentence: ParsedSentence): Flaw | null {
  if (sentence.kind === 'greeting' && sentence.name !== prompt.name) return flaw('bad-name', sentence.slot)
  if (sentence.kind === 'fact' && sentence.value !== factOf(world, prompt, sentence.subject))
    return flaw('wrong', sentence.slot)
  return null
}

/**
 * Every flaw of a response, in order of position, then those of what is missing. One statement about each subject
 * counts; further ones are repeats, whatever they state.
 */
export function judgeTruth(world: World, prompt: WorldPrompt, response: FinishedText): Flaw[] {
  const sentences = parseResponse(world, response.text)
  const roles = assignRoles(sentences, prompt.asked)
  const flaws = sentences.flatMap((sentence, i) => {
    const fault = wholeFlaw(sentence, i, roles) ?? slotFlaw(world, prompt, sentence)
    return [...sentence.hedges.map((hedge) => flaw('hedge', hedge)), ...(fault ? [fault] : [])]
  })
  if (roles.greeting === null) flaws.push(flaw('bad-name', null))
  for (const answer of roles.answers.values()) if (answer === null) flaws.push(flaw('missing', null))
  if (roles.closing === null) flaws.push(flaw('no-closing', null))
  if (!response.ended) flaws.push(flaw('no-eos', null))
  return flaws
}

/** Probability that `b` is better: 0, 1, or ½ if their flaws cost the same. */
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
