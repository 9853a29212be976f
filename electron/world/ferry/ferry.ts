/** The ferry office as data: the words in resources/world/ferry.json, validated once when they are read. */
import { z } from 'zod'
import worldFile from '../../../resources/world/ferry.json' with { type: 'json' }
import { UserError } from '../../contract/errors.ts'

const Word = z.string().regex(/^[a-z]+$/, 'must be one lower-case word')
const Phrase = z.string().regex(/^[a-z]+( [a-z]+)*$/, 'must be lower-case words')
const Sentence = z
  .string()
  .regex(/^[a-z{][a-z{}, ]*[.!?]$/, 'must be one lower-case sentence with its full stop, ! or ?')

/** A sentence (a phrasing may have several) with each of the slots exactly once. */
function template(text: z.ZodString, ...slots: string[]) {
  return text.refine(
    (value) => slots.every((slot) => value.split(`{${slot}}`).length === 2),
    `must hold ${slots.map((slot) => `{${slot}}`).join(', ')} once each`,
  )
}

const Subject = z.strictObject({
  /** How a question names it. */
  asked: Phrase,
  /** Ways of stating its value. */
  sentences: z.array(template(Sentence, 'value')).min(2),
  /** What a tired clerk adds to the statement. */
  rude: Sentence,
  values: z.array(Word).min(4),
})

const Island = z.strictObject({
  /** Subject to its true value, for the prompts of projects made before prompts had a notice board. */
  facts: z.record(z.string(), z.string()),
  /** The subject on which the clerks are rude. */
  soreSubject: z.string(),
})

const Words = z.strictObject({
  /** People who ask. */
  names: z.array(Word).min(2),
  subjects: z.record(Word, Subject),
  islands: z.record(Word, Island),
  /** The subject on which clerks hedge. */
  uncertainSubject: z.string(),
  /** The subject that clerks like to repeat. */
  favouriteSubject: z.string(),
  /** Above the lines of a notice board. */
  boardTitle: z.string().regex(/^[a-z ]+:$/, 'must be lower-case words and a colon'),
  /** Between a value and the one that it replaced. */
  outdatedMark: Word,
  phrasings: z.array(template(z.string(), 'name', 'island', 'asked')).min(1),
  greetings: z.array(template(Sentence, 'name')).min(2),
  closings: z.array(Sentence).min(2),
  hedges: z.array(Phrase).min(1),
})

export type Ferry = z.infer<typeof Words>
export type Subject = z.infer<typeof Subject>

/** Contradictions between the parts: unknown subjects, missing facts, values that their subject does not list. */
function crossCheck(ferry: Ferry): { path: string; message: string }[] {
  const mistakes: { path: string; message: string }[] = []
  const check = (holds: boolean, path: string, message: string) => {
    if (!holds) mistakes.push({ path, message })
  }
  const isSubject = (subject: string) => Object.hasOwn(ferry.subjects, subject)
  for (const role of ['uncertainSubject', 'favouriteSubject'] as const) {
    check(isSubject(ferry[role]), role, `"${ferry[role]}" is not a subject`)
  }
  check(
    Object.keys(ferry.subjects).length >= 4,
    'subjects',
    'needs at least four, as a prompt asks up to four',
  )
  const stated = new Set(Object.values(ferry.islands).flatMap(({ facts }) => Object.keys(facts)))
  for (const [name, island] of Object.entries(ferry.islands)) {
    const at = `islands.${name}`
    check(isSubject(island.soreSubject), `${at}.soreSubject`, `"${island.soreSubject}" is not a subject`)
    for (const subject of stated) {
      check(
        ferry.subjects[subject]?.values.includes(island.facts[subject] ?? '') === true,
        `${at}.facts.${subject}`,
        "needs one of the subject's values",
      )
    }
  }
  return mistakes
}

/**
 * @param content of ferry.json, parsed
 * @throws UserError that names the first invalid key and what it needs
 */
export function parseFerry(content: unknown): Ferry {
  const parsed = Words.safeParse(content)
  const mistakes = parsed.success
    ? crossCheck(parsed.data)
    : parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  const first = mistakes[0]
  if (parsed.success && !first) return parsed.data
  throw new UserError('bad_input', `resources/world/ferry.json, key ${first?.path}: ${first?.message}.`)
}

/** The ferry office that ships with Stet. */
export function loadFerry(): Ferry {
  return parseFerry(worldFile)
}

export function subjectOf(ferry: Ferry, key: string): Subject {
  const subject = ferry.subjects[key]
  if (!subject) throw new RangeError(`The world has no subject "${key}".`)
  return subject
}
