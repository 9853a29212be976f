/**
 * Reads any text as a response of the sample world, sentence by sentence. It never throws: a sentence that it does not
 * recognise is `unknown`.
 */
import type { Span } from '../flaws.ts'
import type { Ferry } from './ferry.ts'

type Content =
  | { kind: 'greeting'; name: string; slot: Span }
  | { kind: 'fact'; subject: string; value: string; slot: Span }
  | { kind: 'rude' }
  | { kind: 'closing' }
  | { kind: 'unknown' }

/** One sentence; its spans are characters of the whole response. */
export type ParsedSentence = Content & {
  /** Without the white space before it. */
  span: Span
  /** Hedges before its content. */
  hedges: Span[]
}

const maxSlotWords = 3

/** The words in the one slot of `template`, if `text` has its form; otherwise null. */
function matchSlot(template: string, text: string, at: number): { word: string; slot: Span } | null {
  const [before = '', after = ''] = template.split(/\{\w+\}/)
  if (text.length <= before.length + after.length || !text.startsWith(before) || !text.endsWith(after))
    return null
  const word = text.slice(before.length, text.length - after.length)
  if (word.trim() !== word || word.split(' ').length > maxSlotWords) return null
  const start = at + before.length
  return { word, slot: { start, end: start + word.length } }
}

function readContent(ferry: Ferry, text: string, at: number): Content {
  if (ferry.closings.includes(text)) return { kind: 'closing' }
  for (const [subject, { rude, sentences }] of Object.entries(ferry.subjects)) {
    if (text === rude) return { kind: 'rude' }
    for (const sentence of sentences) {
      const match = matchSlot(sentence, text, at)
      if (match) return { kind: 'fact', subject, value: match.word, slot: match.slot }
    }
  }
  for (const greeting of ferry.greetings) {
    const match = matchSlot(greeting, text, at)
    if (match) return { kind: 'greeting', name: match.word, slot: match.slot }
  }
  return { kind: 'unknown' }
}

function readSentence(ferry: Ferry, text: string, start: number): ParsedSentence {
  const span = { start, end: start + text.length }
  const hedges: Span[] = []
  let at = 0
  for (;;) {
    const hedge = ferry.hedges.find((words) => text.startsWith(`${words} `, at))
    if (hedge === undefined) break
    hedges.push({ start: start + at, end: start + at + hedge.length })
    at += hedge.length + 1
  }
  const content = readContent(ferry, text.slice(at), start + at)
  return content.kind === 'unknown' ? { ...content, span, hedges: [] } : { ...content, span, hedges }
}

/** The sentences of a text, in order; together with the white space around them they are the text. */
export function parseResponse(ferry: Ferry, text: string): ParsedSentence[] {
  return [...text.matchAll(/[^\s.!?][^.!?]*[.!?]*|[.!?]+/g)].map((match) =>
    readSentence(ferry, match[0].trimEnd(), match.index),
  )
}
