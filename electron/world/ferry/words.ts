/** The word list of the ferry office: every piece of its prompts and responses except the line break, which is a byte. */
import { splitPieces } from '../pieces.ts'
import { fill } from '../templates.ts'
import type { Ferry } from './ferry.ts'

/** Every piece once, in alphabetical order; words that begin a line are listed without their space. */
export function ferryWords(ferry: Ferry): string[] {
  const subjects = Object.values(ferry.subjects)
  const slots = {
    name: ferry.names[0]!,
    island: Object.keys(ferry.islands)[0]!,
    value: subjects[0]!.values[0]!,
  }
  const first = [
    ferry.boardTitle,
    ...Object.keys(ferry.subjects).map((subject) => `${subject}: ${slots.value}, ${ferry.outdatedMark}`),
    ...[...ferry.phrasings, ...ferry.greetings].map((text) =>
      fill(text, { ...slots, asked: 'the, the and the' }),
    ),
  ]
  const later = [
    ...subjects.flatMap(({ asked, sentences, rude, values }) => [asked, ...sentences, rude, ...values]),
    ...ferry.names,
    ...Object.keys(ferry.islands),
    ...ferry.closings,
    ...ferry.hedges,
  ].map((text) => ` ${fill(text, slots)}`)
  return [...new Set([...first, ...later].flatMap(splitPieces))].sort()
}
