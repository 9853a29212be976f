/** Reads any text as a bill, line by line. It never throws: a line that it does not recognise is `unknown`. */
import type { Span } from '../flaws.ts'
import { type Match, matchTemplate } from '../templates.ts'
import type { Forms } from './forms.ts'

/** Numbers of a line about a good. */
type SumNumber = 'quantity' | 'price' | 'sum'
type SumSlot = SumNumber | 'unit'

type Content =
  | { kind: 'header'; name: string; slots: Record<'name', Span> }
  | ({ kind: 'sum'; good: string; unit: string; slots: Record<SumSlot, Span> } & Record<SumNumber, number>)
  | { kind: 'count'; count: number; slots: Record<'count', Span> }
  | { kind: 'remark' }
  | { kind: 'closing' }
  | { kind: 'unknown' }

/** One line; its spans are characters of the whole response. */
export type ParsedLine = Content & { span: Span }

const slots = {
  name: '[a-z]+(?: [a-z]+){0,2}',
  good: '[a-z]+',
  quantity: '\\d{1,4}',
  price: '\\d{1,4}',
  sum: '\\d{1,4}',
  unit: '[a-z]+',
  count: '\\d{1,4}',
}

function readSum({ words, slots }: Match): Content {
  const { good = '', unit = '', quantity, price, sum } = words
  const read = { quantity: Number(quantity), price: Number(price), sum: Number(sum) }
  return { kind: 'sum', good, unit, ...read, slots: slots as Record<SumSlot, Span> }
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
  const line = match(forms.billLine)
  if (line && Object.hasOwn(forms.goods, line.words.good!)) return readSum(line)
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
