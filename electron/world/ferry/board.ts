/**
 * The notice board in a prompt: what is true today, line by line, drawn at random for each prompt, so that no value can
 * be known from another prompt. A line may also name the value that it replaced.
 */
import type { Draws } from '../draws.ts'
import { type Ferry, subjectOf } from './ferry.ts'

export interface BoardLine {
  subject: string
  value: string
  /** The value before; null if the line names none. */
  outdated: string | null
}

/** How many lines a board has besides those asked about; more only as long as the board has at most `maxLines`. */
const unaskedLines = [1, 2]
const maxLines = 5
const outdatedShare = 0.5

/** A fifth of all boards occurs in held-out prompts only. */
const heldoutModulus = 5

/** A board with a line for each subject asked about, and for some others. */
export function makeBoard(ferry: Ferry, asked: string[], draws: Draws): BoardLine[] {
  const rest = Object.keys(ferry.subjects).filter((key) => !asked.includes(key))
  const size = Math.min(asked.length + draws.pick(unaskedLines), maxLines)
  const subjects = [...asked]
  while (subjects.length < size) subjects.push(draws.pick(rest.filter((key) => !subjects.includes(key))))
  const used = new Set<string>()
  const unused = (subject: string) => {
    const value = draws.pick(subjectOf(ferry, subject).values.filter((other) => !used.has(other)))
    used.add(value)
    return value
  }
  const lines: BoardLine[] = []
  while (subjects.length > 0) {
    const [subject = ''] = subjects.splice(subjects.indexOf(draws.pick(subjects)), 1)
    const value = unused(subject)
    lines.push({ subject, value, outdated: draws.chance(outdatedShare) ? unused(subject) : null })
  }
  return lines
}

/** Whether a board belongs to held-out prompts: it depends on its values alone, so that all seeds agree. */
export function isHeldoutBoard(ferry: Ferry, lines: readonly BoardLine[]): boolean {
  const placeOf = ({ subject, value }: BoardLine) => subjectOf(ferry, subject).values.indexOf(value)
  return lines.reduce((sum, line) => sum + placeOf(line), 0) % heldoutModulus === 0
}

/** Title and lines, each with its line break. */
export function writeBoard({ boardTitle, outdatedMark }: Ferry, lines: readonly BoardLine[]): string {
  const texts = lines.map(({ subject, value, outdated }) =>
    outdated === null ? `${subject}: ${value}` : `${subject}: ${value}, ${outdatedMark} ${outdated}`,
  )
  return [boardTitle, ...texts].map((text) => `${text}\n`).join('')
}

/** The lines of a board; null if the text is not a board of this office. */
export function readBoard(ferry: Ferry, text: string): BoardLine[] | null {
  const [title, ...texts] = text.split('\n').slice(0, -1)
  if (title !== ferry.boardTitle) return null
  const lines = texts.map((line) => readLine(ferry, line))
  const known = lines.filter((line) => line !== null)
  const isDistinct = new Set(known.map(({ subject }) => subject)).size === lines.length
  return known.length === lines.length && isDistinct ? known : null
}

function readLine(ferry: Ferry, text: string): BoardLine | null {
  const [, subject = '', value = '', , mark = ferry.outdatedMark, outdated = null] =
    /^(\w+): (\w+)(, (\w+) (\w+))?$/.exec(text) ?? []
  if (!Object.hasOwn(ferry.subjects, subject) || mark !== ferry.outdatedMark) return null
  const { values } = subjectOf(ferry, subject)
  const isKnown = values.includes(value) && (outdated === null || values.includes(outdated))
  return isKnown ? { subject, value, outdated } : null
}
