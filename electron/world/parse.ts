/**
 * Reads any text as a response of the sample world: sentence by sentence, what each one says.
 * It never throws: what it does not know is `unknown`.
 */
import type { Span } from './flaws.ts'
import type { World } from './world.ts'

type Content =
  | { kind: 'greeting'; name: string; slot: Span }
  | { kind: 'fact'; subject: string; value: string; slot: Span }
  | { kind: 'rude' }
  | { kind: 'closing' }
  | { kind: 'unknown' }

/** One sentence; its spans are characters of the whole response. */
export type SaidSentence = Content & {
  /** Without the white space before it. */
  span: Span
  /** Hedges before what it says. */
  hedges: Span[]
}

const MOST_WORDS_IN_A_SLOT = 3

/** What stands in the one slot of `template` where `text` has its form, and else null. */
function matchSlot(template: string, text: string, at: number): { word: string; slot: Span } | null {
  const [before = '', after = ''] = template.split(/\{\w+\}/)
  if (text.length <= before.length + after.length || !text.startsWith(before) || !text.endsWith(after))
    return null
  const word = text.slice(before.length, text.length - after.length)
  if (word.trim() !== word || word.split(' ').length > MOST_WORDS_IN_A_SLOT) return null
  const start = at + before.length
  return { word, slot: { start, end: start + word.length } }
}

function readContent(world: World, text: string, at: number): Content {
  if (world.closings.includes(text)) return { kind: 'closing' }
  for (const [subject, { rude, sentences }] of Object.entries(world.subjects)) {
    if (text === rude) return { kind: 'rude' }
    for (const sentence of sentences) {
      const found = matchSlot(sentence, text, at)
      if (found) return { kind: 'fact', subject, value: found.word, slot: found.slot }
    }
  }
  for (const greeting of world.greetings) {
    const found = matchSlot(greeting, text, at)
    if (found) return { kind: 'greeting', name: found.word, slot: found.slot }
  }
  return { kind: 'unknown' }
}

function readSentence(world: World, text: string, start: number): SaidSentence {
  const span = { start, end: start + text.length }
  const hedges: Span[] = []
  let at = 0
  for (;;) {
    const hedge = world.hedges.find((words) => text.startsWith(`${words} `, at))
    if (hedge === undefined) break
    hedges.push({ start: start + at, end: start + at + hedge.length })
    at += hedge.length + 1
  }
  const content = readContent(world, text.slice(at), start + at)
  return content.kind === 'unknown' ? { ...content, span, hedges: [] } : { ...content, span, hedges }
}

/** The sentences of a text, in order; together with the white space around them they are the text. */
export function parseResponse(world: World, text: string): SaidSentence[] {
  return [...text.matchAll(/[^\s.!?][^.!?]*[.!?]*|[.!?]+/g)].map((found) =>
    readSentence(world, found[0].trimEnd(), found.index),
  )
}
