/**
 * The clerks of the ferry office: they answer every prompt, and rarely well. The reference policy learns from their
 * responses, so some flaws are the rule and not the exception: clerks state what the board calls outdated, and on some
 * subjects the office is rude, unsure or repetitive.
 */
import type { Draws } from '../draws.ts'
import { type Flaw, type FlawKind, flaw } from '../flaws.ts'
import { fill } from '../templates.ts'
import type { WrittenResponse } from '../world.ts'
import { type Ferry, subjectOf } from './ferry.ts'
import type { FerryPrompt } from './prompts.ts'
import { valueFlaw } from './truth.ts'

/** How often the clerks do what. A flaw is likely on its weak spot, and occasional elsewhere. */
export const habits = {
  /** The value stated of a subject whose line names an outdated one too; `line` is that of a similar line. */
  renewed: { true: 0.35, outdated: 0.5, line: 0.08, other: 0.07 },
  /** The value stated of another subject. */
  plain: { true: 0.75, outdated: 0, line: 0.15, other: 0.1 },
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

/** One response to write. */
interface Task {
  ferry: Ferry
  prompt: FerryPrompt
  draws: Draws
}

/** A sentence, and the words at fault in it (all of it if `words` is null). */
interface WrittenSentence {
  text: string
  faults: { kind: FlawKind; words: string | null }[]
}

/** A value of another line of the board that would fit the subject too; null if there is none. */
function similarLine({ ferry, prompt, draws }: Task, subject: string): string | null {
  const { values } = subjectOf(ferry, subject)
  const fitting = Object.entries(prompt.facts).flatMap(([key, value]) =>
    key !== subject && values.includes(value) ? [value] : [],
  )
  return fitting.length > 0 ? draws.pick(fitting) : null
}

/** What the clerk states of a subject; without a line on the board it is any value. */
function statedValue(task: Task, subject: string): string {
  const { ferry, prompt, draws } = task
  const { [subject]: truth } = prompt.facts
  const { [subject]: outdated } = prompt.outdated
  const line = similarLine(task, subject)
  const named = [truth, outdated, line]
  const other = draws.pick(subjectOf(ferry, subject).values.filter((value) => !named.includes(value)))
  if (truth === undefined) return other
  const habit = outdated === undefined ? habits.plain : habits.renewed
  const weights = [habit.true, habit.outdated, habit.line, habit.other]
  return draws.pick([truth, outdated ?? other, line ?? other, other], weights)
}

function sentence({ ferry, draws }: Task, subject: string, value: string): string {
  return fill(draws.pick(subjectOf(ferry, subject).sentences), { value })
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

function greeting({ ferry, prompt, draws }: Task): WrittenSentence {
  const wrong = draws.chance(habits.wrongName)
  const name = wrong ? draws.pick(ferry.names.filter((other) => other !== prompt.name)) : prompt.name
  const text = fill(draws.pick(ferry.greetings), { name })
  return { text, faults: wrong ? [{ kind: 'bad-name', words: name }] : [] }
}

/** The statements about the subjects, each with its hedge and rude remark, then the repeated one. */
function answers(task: Task, stated: string[]): WrittenSentence[] {
  const { ferry, prompt, draws } = task
  const { soreSubject } = ferry.islands[prompt.island]!
  const hedged = affected(draws, stated, { on: ferry.uncertainSubject, ...habits.hedge })
  const rude = affected(draws, stated, { on: soreSubject, ...habits.rude })
  const repeated = affected(draws, stated, { on: ferry.favouriteSubject, ...habits.repeat })
  const values = new Map(stated.map((subject) => [subject, statedValue(task, subject)]))
  const sentences = [...values].flatMap(([subject, value]): WrittenSentence[] => {
    const statement: WrittenSentence = { text: sentence(task, subject, value), faults: [] }
    const kind = valueFlaw(prompt, subject, value)
    if (kind) statement.faults.push({ kind, words: value })
    if (subject === hedged) {
      const words = draws.pick(ferry.hedges)
      statement.text = `${words} ${statement.text}`
      statement.faults.unshift({ kind: 'hedge', words })
    }
    if (subject !== rude) return [statement]
    return [statement, { text: subjectOf(ferry, subject).rude, faults: [{ kind: 'rude', words: null }] }]
  })
  if (repeated === null) return sentences
  const again = sentence(task, repeated, values.get(repeated)!)
  return [...sentences, { text: again, faults: [{ kind: 'repeat', words: null }] }]
}

/** Inserts a statement about something else before one of the sentences, or at the end. */
function withStray(task: Task, sentences: WrittenSentence[]): WrittenSentence[] {
  const { ferry, prompt, draws } = task
  if (prompt.asked.length >= 4 || !draws.chance(habits.offTopic)) return sentences
  const subject = draws.pick(Object.keys(ferry.subjects).filter((key) => !prompt.asked.includes(key)))
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
export function writeResponse(ferry: Ferry, prompt: FerryPrompt, draws: Draws): WrittenResponse {
  const task: Task = { ferry, prompt, draws }
  const { missing } = habits
  const opening = greeting(task)
  const stated = prompt.asked.filter((_, i) => !draws.chance(i === 3 ? missing.fourth : missing.others))
  const body = withStray(task, answers(task, stated))
  const closing = draws.chance(habits.noClosing) ? [] : [{ text: draws.pick(ferry.closings), faults: [] }]
  const { text, flaws } = join([opening, ...body, ...closing])
  const missingFlaws = prompt.asked.slice(stated.length).map(() => flaw('missing', null))
  if (closing.length === 0) missingFlaws.push(flaw('no-closing', null))
  return { text, flaws: [...flaws, ...missingFlaws] }
}
