/**
 * The word list of the forms office: every piece of its prompts and bills except line breaks, which are bytes, and numbers
 * of several digits, which are a space and their digits.
 */
import { splitPieces } from '../pieces.ts'
import type { Forms } from './forms.ts'

/** Every piece once, in alphabetical order; words that begin a line are listed without their space. */
export function formsWords(forms: Forms): string[] {
  const texts = [
    ...forms.units,
    ...forms.names,
    ...Object.entries(forms.goods).flatMap(([good, { remark }]) => [good, remark]),
    ...[forms.slipTitle, forms.slipLine, forms.billLine],
    ...[...forms.requests, ...forms.headers, ...forms.counts, ...forms.closings],
  ].map((text) => text.replace(/\{\w+\}/g, '0'))
  // A name or a good may stand in the middle of a line too.
  const within = [...forms.names, ...forms.units].map((word) => ` ${word}`)
  const pieces = [...texts, ...within].flatMap(splitPieces)
  const digits = Array.from({ length: 10 }, (_, digit) => ` ${digit}`)
  return [...new Set([...pieces.filter((piece) => !/\d/.test(piece)), ...digits])].sort()
}
