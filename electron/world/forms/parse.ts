/** Reads any text as a bill, line by line. It never throws: a line that it does not recognise is `unknown`. */
import type { Span } from '../flaws.ts'
import { matchTemplate } from '../templates.ts'
import type { Forms } from './forms.ts'

type Content =
  | { kind: 'header'; name: string; slots: Record<'name', Span> }
  | { kind: 'sum'; good: string; sum: number; unit: string; slots: Record<'sum' | 'unit', Span> }
  | { kind: 'count'; count: number; slots: Record<'count', Span> }
  | { kind: 'remark' }
  | { kind: 'closing' }
  | { kind: 'unknown' }

/** One line; its spans are characters of the whole response. */
export type ParsedLine = Content & { span: Span }

const slots = {
  name: '[a-z]+(?: [a-z]+){0,2}',
  good: '[a-z]+',
  sum: '\\d{1,4}',
  unit: '[a-z]+',
  count: '\\d{1,4}',
}

function readContent(forms: Forms, text: string, at: number): Content {
  const match = (template: string) => matchTemplate(template, slots, { text, at })
  if (forms.closings.includes(text)) return { kind: 'closing' }
  if (Object.values(forms.goods).some(({ remark }) => remark === text)) return { kind: 'remark' }
  for (const template of forms.counts) {
    const found = match(template)
    if (found)
      return { kind: 'count', count: Number(found.words.count), slots: { count: found.slots.count! } }
  }
  const { words, slots: spans } = match(forms.billLine) ?? { words: {}, slots: {} }
  const { good = '', sum, unit = '' } = words
  if (Object.hasOwn(forms.goods, good))
    return { kind: 'sum', good, sum: Number(sum), unit, slots: { sum: spans.sum!, unit: spans.unit! } }
  for (const template of forms.headers) {
    const found = match(template)
    if (found) return { kind: 'header', name: found.words.name!, slots: { name: found.slots.name! } }
  }
  return { kind: 'unknown' }
}

/** The lines of a text that are not empty, in order; together with the line breaks around them they are the text. */
export function parseBill(forms: Forms, text: string): ParsedLine[] {
  return [...text.matchAll(/[^\n]+/g)].map(({ 0: line, index }) => ({
    ...readContent(forms, line, index),
    span: { start: index, end: index + line.length },
  }))
}
