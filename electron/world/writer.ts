/**
 * The clerks of the ferry office: they answer every prompt, and rarely well. Their responses are what the
 * reference policy learns from, so some flaws are the rule rather than the exception: clerks share wrong
 * beliefs, and there are subjects on which the office is rude, unsure or long-winded.
 */
import type { Draws } from './draws.ts'
import { type Flaw, type FlawKind, flaw } from './flaws.ts'
import type { WorldPrompt } from './prompts.ts'
import { fill, subjectOf, type World } from './world.ts'

/** How often the clerks do what. On its weak spot a flaw is likelier than not; elsewhere it is stray. */
export const HABITS = {
  /** A fact with a misconception is stated as: true, the misconception, anything else. */
  believed: { true: 0.35, misconception: 0.5, other: 0.15 },
  /** A fact without one. */
  known: { true: 0.75, other: 0.25 },
  /** One remark about the island's sore subject where it is stated, or else about any subject. */
  rude: { weakSpot: 0.6, elsewhere: 0.15 },
  /** One hedge, likewise on the uncertain subject. */
  hedge: { weakSpot: 0.65, elsewhere: 0.25 },
  /** One fact said again at the end, likewise of the favourite subject. */
  repeat: { weakSpot: 0.6, elsewhere: 0.25 },
  missing: { fourth: 0.6, others: 0.04 },
  /** A fact that nobody asked for, where fewer than four were. */
  offTopic: 0.12,
  wrongName: 0.15,
  noClosing: 0.1,
} as const

export interface WrittenResponse {
  text: string
  /** The flaws that the clerk put in, in order of position, then those of what is absent. */
  flaws: Flaw[]
}

/** What a clerk has at hand. */
interface Desk {
  world: World
  prompt: WorldPrompt
  draws: Draws
}

/** A piece of text, and the words at fault in it (all of it where `words` is null). */
interface Piece {
  text: string
  faults: { kind: FlawKind; words: string | null }[]
}

function statedValue({ world, prompt, draws }: Desk, subject: string): string {
  const { facts, misconceptions } = world.islands[prompt.island]!
  const truth = facts[subject]!
  const misconception = misconceptions[subject]
  const others = subjectOf(world, subject).values.filter(
    (value) => value !== truth && value !== misconception,
  )
  const { believed, known } = HABITS
  if (misconception === undefined) return draws.pick([truth, draws.pick(others)], [known.true, known.other])
  const weights = [believed.true, believed.misconception, believed.other]
  return draws.pick([truth, misconception, draws.pick(others)], weights)
}

function sentence({ world, draws }: Desk, subject: string, value: string): string {
  return fill(draws.pick(subjectOf(world, subject).sentences), { value })
}

/** Where a habit strikes: on its weak spot if that is among the subjects, or else on any, or nowhere. */
function strikes(
  draws: Draws,
  subjects: string[],
  habit: { on: string; weakSpot: number; elsewhere: number },
): string | null {
  const there = subjects.includes(habit.on)
  if (!draws.chance(there ? habit.weakSpot : habit.elsewhere) || subjects.length === 0) return null
  return there ? habit.on : draws.pick(subjects)
}

function greeting({ world, prompt, draws }: Desk): Piece {
  const wrong = draws.chance(HABITS.wrongName)
  const name = wrong ? draws.pick(world.names.filter((other) => other !== prompt.name)) : prompt.name
  const text = fill(draws.pick(world.greetings), { name })
  return { text, faults: wrong ? [{ kind: 'bad-name', words: name }] : [] }
}

/** The statements about what is told, each with its hedge and rude remark, then what is said again. */
function answers(desk: Desk, told: string[]): Piece[] {
  const { world, prompt, draws } = desk
  const { facts, soreSubject } = world.islands[prompt.island]!
  const hedged = strikes(draws, told, { on: world.uncertainSubject, ...HABITS.hedge })
  const rude = strikes(draws, told, { on: soreSubject, ...HABITS.rude })
  const repeated = strikes(draws, told, { on: world.favouriteSubject, ...HABITS.repeat })
  const values = new Map(told.map((subject) => [subject, statedValue(desk, subject)]))
  const pieces = [...values].flatMap(([subject, value]): Piece[] => {
    const said: Piece = { text: sentence(desk, subject, value), faults: [] }
    if (value !== facts[subject]) said.faults.push({ kind: 'wrong', words: value })
    if (subject === hedged) {
      const words = draws.pick(world.hedges)
      said.text = `${words} ${said.text}`
      said.faults.unshift({ kind: 'hedge', words })
    }
    if (subject !== rude) return [said]
    return [said, { text: subjectOf(world, subject).rude, faults: [{ kind: 'rude', words: null }] }]
  })
  if (repeated === null) return pieces
  const again = sentence(desk, repeated, values.get(repeated)!)
  return [...pieces, { text: again, faults: [{ kind: 'repeat', words: null }] }]
}

/** Puts a statement about something else before one of the pieces, or last. */
function stray(desk: Desk, pieces: Piece[]): Piece[] {
  const { world, prompt, draws } = desk
  if (prompt.asked.length >= 4 || !draws.chance(HABITS.offTopic)) return pieces
  const subject = draws.pick(Object.keys(world.subjects).filter((key) => !prompt.asked.includes(key)))
  const text = sentence(desk, subject, statedValue(desk, subject))
  const at = draws.pick([...pieces.keys(), pieces.length])
  return pieces.toSpliced(at, 0, { text, faults: [{ kind: 'off-topic', words: null }] })
}

function join(pieces: Piece[]): WrittenResponse {
  let text = ''
  const flaws: Flaw[] = []
  for (const piece of pieces) {
    if (text) text += ' '
    for (const { kind, words } of piece.faults) {
      const start = text.length + (words === null ? 0 : piece.text.search(new RegExp(`\\b${words}\\b`)))
      flaws.push(flaw(kind, { start, end: start + (words ?? piece.text).length }))
    }
    text += piece.text
  }
  return { text, flaws }
}

/** One clerk's response to a prompt, with the flaws that went into it. */
export function writeResponse(world: World, prompt: WorldPrompt, draws: Draws): WrittenResponse {
  const desk: Desk = { world, prompt, draws }
  const { missing } = HABITS
  const greeted = greeting(desk)
  const told = prompt.asked.filter((_, i) => !draws.chance(i === 3 ? missing.fourth : missing.others))
  const body = stray(desk, answers(desk, told))
  const closing = draws.chance(HABITS.noClosing) ? [] : [{ text: draws.pick(world.closings), faults: [] }]
  const { text, flaws } = join([greeted, ...body, ...closing])
  const absent = prompt.asked.slice(told.length).map(() => flaw('missing', null))
  if (closing.length === 0) absent.push(flaw('no-closing', null))
  return { text, flaws: [...flaws, ...absent] }
}
