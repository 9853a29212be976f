/**
 * The clerks of the ferry office: they answer every prompt, and rarely well. The reference policy learns from their
 * responses, so some flaws are the rule and not the exception: clerks share wrong beliefs, and on some subjects the
 * office is rude, unsure or repetitive.
 */
import type { Draws } from './draws.ts'
import { type Flaw, type FlawKind, flaw } from './flaws.ts'
import type { WorldPrompt } from './prompts.ts'
import { fill, subjectOf, type World } from './world.ts'

/** How often the clerks do what. A flaw is likely on its weak spot, and occasional elsewhere. */
export const habits = {
  /** A fact with a misconception is stated as: true, the misconception, anything else. */
  believed: { true: 0.35, misconception: 0.5, other: 0.15 },
  /** A fact without one. */
  known: { true: 0.75, other: 0.25 },
  /** One remark about the island's sore subject if it is stated, otherwise about any subject. */
  rude: { weakSpot: 0.6, elsewhere: 0.15 },
  /** One hedge, likewise on the uncertain subject. */
  hedge: { weakSpot: 0.65, elsewhere: 0.25 },
  /** One fact repeated at the end, likewise of the favourite subject. */
  repeat: { weakSpot: 0.6, elsewhere: 0.25 },
  missing: { fourth: 0.6, others: 0.04 },
  /** A fact that was not asked for, if fewer than four were. */
  offTopic: 0.12,
  wrongName: 0.15,
  noClosing: 0.1,
} as const

export interface WrittenResponse {
  text: string
  /** The clerk's flaws, in order of position, then those of what is missing. */
  flaws: Flaw[]
}

/** One response to write. */
interface Task {
  world: World
  prompt: WorldPrompt
  draws: Draws
}

/** A sentence, and the words at fault in it (all of it if `words` is null). */
interface WrittenSentence {
  text: string
  faults: { kind: FlawKind; words: string | null }[]
}

function statedValue({ world, prompt, draws }: Task, subject: string): string {
  const { facts, misconceptions } = world.islands[prompt.island]!
  const truth = facts[subject]!
  const misconception = misconceptions[subject]
  const others = subjectOf(world, subject).values.filter(
    (value) => value !== truth && value !== misconception,
  )
  const { believed, known } = habits
  if (misconception === undefined) return draws.pick([truth, draws.pick(others)], [known.true, known.other])
  const weights = [believed.true, believed.misconception, believed.other]
  return draws.pick([truth, misconception, draws.pick(others)], weights)
}

function sentence({ world, draws }: Task, subject: string, value: string): string {
  return fill(draws.pick(subjectOf(world, subject).sentences), { value })
}

/** The subject that a habit affects: its weak spot if that is among the subjects, otherwise any; or null. */
function affected(
  draws: Draws,
  subjects: string[],
  habit: { on: string; weakSpot: number; elsewhere: number },
): string | null {
  const hasWeakSpot = subjects.includes(habit.on)
  if (!draws.chance(hasWeakSpot ? habit.weakSpot : habit.elsewhere) || subjects.length === 0) return null
  return hasWeakSpot ? habit.on : draws.pick(subjects)
}

function greeting({ world, prompt, draws }: Task): WrittenSentence {
  const wrong = draws.chance(habits.wrongName)
  const name = wrong ? draws.pick(world.names.filter((other) => other !== prompt.name)) : prompt.name
  const text = fill(draws.pick(world.greetings), { name })
  return { text, faults: wrong ? [{ kind: 'bad-name', words: name }] : [] }
}

/** The statements about the subjects, each with its hedge and rude remark, then the repeated one. */
function answers(task: Task, stated: string[]): WrittenSentence[] {
  const { world, prompt, draws } = task
  const { facts, soreSubject } = world.islands[prompt.island]!
  const hedged = affected(draws, stated, { on: world.uncertainSubject, ...habits.hedge })
  const rude = affected(draws, stated, { on: soreSubject, ...habits.rude })
  const repeated = affected(draws, stated, { on: world.favouriteSubject, ...habits.repeat })
  const values = new Map(stated.map((subject) => [subject, statedValue(task, subject)]))
  const sentences = [...values].flatMap(([subject, value]): WrittenSentence[] => {
    const statement: WrittenSentence = { text: sentence(task, subject, value), faults: [] }
    if (value !== facts[subject]) statement.faults.push({ kind: 'wrong', words: value })
    if (subject === hedged) {
      const words = draws.pick(world.hedges)
      statement.text = `${words} ${statement.text}`
      statement.faults.unshift({ kind: 'hedge', words })
    }
    if (subject !== rude) return [statement]
    return [statement, { text: subjectOf(world, subject).rude, faults: [{ kind: 'rude', words: null }] }]
  })
  if (repeated === null) return sentences
  const again = sentence(task, repeated, values.get(repeated)!)
  return [...sentences, { text: again, faults: [{ kind: 'repeat', words: null }] }]
}

/** Inserts a statement about something else before one of the sentences, or at the end. */
function withStray(task: Task, sentences: WrittenSentence[]): WrittenSentence[] {
  const { world, prompt, draws } = task
  if (prompt.asked.length >= 4 || !draws.chance(habits.offTopic)) return sentences
  const subject = draws.pick(Object.keys(world.subjects).filter((key) => !prompt.asked.includes(key)))
  const text = sentence(task, subject, statedValue(task, subject))
  const at = draws.pick([...sentences.keys(), sentences.length])
  return sentences.toSpliced(at, 0, { text, faults: [{ kind: 'off-topic', words: null }] })
}

function join(sentences: WrittenSentence[]): WrittenResponse {
  let text = ''
  const flaws: Flaw[] = []
  for (const sentence of sentences) {
    if (text) text += ' '
    for (const { kind, words } of sentence.faults) {
      const start = text.length + (words === null ? 0 : sentence.text.search(new RegExp(`\\b${words}\\b`)))
      flaws.push(flaw(kind, { start, end: start + (words ?? sentence.text).length }))
    }
    text += sentence.text
  }
  return { text, flaws }
}

/** One clerk's response to a prompt, with the flaws that went into it. */
export function writeResponse(world: World, prompt: WorldPrompt, draws: Draws): WrittenResponse {
  const task: Task = { world, prompt, draws }
  const { missing } = habits
  const opening = greeting(task)
  const stated = prompt.asked.filter((_, i) => !draws.chance(i === 3 ? missing.fourth : missing.others))
  const body = withStray(task, answers(task, stated))
  const closing = draws.chance(habits.noClosing) ? [] : [{ text: draws.pick(world.closings), faults: [] }]
  const { text, flaws } = join([opening, ...body, ...closing])
  const missingFlaws = prompt.asked.slice(stated.length).map(() => flaw('missing', null))
  if (closing.length === 0) missingFlaws.push(flaw('no-closing', null))
  return { text, flaws: [...flaws, ...missingFlaws] }
}
