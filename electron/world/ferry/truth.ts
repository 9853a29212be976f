/** The truth about answers of the ferry office: every flaw of any text, found without knowing its author. */
import { type Flaw, flaw } from '../flaws.ts'
import type { FinishedText } from '../world.ts'
import type { Ferry } from './ferry.ts'
import { type ParsedSentence, parseResponse } from './parse.ts'
import type { FerryPrompt } from './prompts.ts'

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

export function factOf(prompt: FerryPrompt, subject: string): string {
  return prompt.facts[subject]!
}

/** What is wrong with a value stated of a subject: it is the one that the board calls outdated, or another. */
export function valueFlaw(prompt: FerryPrompt, subject: string, value: string): 'outdated' | 'wrong' | null {
  if (value === factOf(prompt, subject)) return null
  return value === prompt.outdated[subject] ? 'outdated' : 'wrong'
}

/** What is wrong inside a sentence that has a role: a name or a value; otherwise null. */
export function slotFlaw(prompt: FerryPrompt, sentence: ParsedSentence): Flaw | null {
  if (sentence.kind === 'greeting' && sentence.name !== prompt.name) return flaw('bad-name', sentence.slot)
  if (sentence.kind !== 'fact') return null
  const kind = valueFlaw(prompt, sentence.subject, sentence.value)
  return kind && flaw(kind, sentence.slot)
}

/**
 * Every flaw of a response, in order of position, then those of what is missing. One statement about each subject
 * counts; further ones are repeats, whatever they state.
 */
export function findFlaws(ferry: Ferry, prompt: FerryPrompt, response: FinishedText): Flaw[] {
  const sentences = parseResponse(ferry, response.text)
  const roles = assignRoles(sentences, prompt.asked)
  const flaws = sentences.flatMap((sentence, i) => {
    const fault = wholeFlaw(sentence, i, roles) ?? slotFlaw(prompt, sentence)
    return [...sentence.hedges.map((hedge) => flaw('hedge', hedge)), ...(fault ? [fault] : [])]
  })
  if (roles.greeting === null) flaws.push(flaw('bad-name', null))
  for (const answer of roles.answers.values()) if (answer === null) flaws.push(flaw('missing', null))
  if (roles.closing === null) flaws.push(flaw('no-closing', null))
  if (!response.ended) flaws.push(flaw('no-eos', null))
  return flaws
}
