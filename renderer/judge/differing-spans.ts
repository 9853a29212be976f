/** Where one text differs from another, as positions in it. */
import { diffParts } from '../ui/diff-parts.ts'

export type Span = readonly [start: number, end: number]

/** @returns the parts of a text that the other one does not have, without the spaces around them */
export function differingSpans(own: string, other: string): Span[] {
  const spans: [number, number][] = []
  let at = 0
  for (const { kind, text } of diffParts(other, own)) {
    if (kind === 'removed') continue
    const [start, end] = [at, at + text.length]
    at = end
    const last = spans.at(-1)
    if (kind === 'kept' || text.trim() === '') continue
    if (last && own.slice(last[1], start).trim() === '') last[1] = end
    else spans.push([start, end])
  }
  return spans.map(([start, end]) => trimmed(own, start, end))
}

function trimmed(text: string, start: number, end: number): Span {
  const part = text.slice(start, end)
  return [start + part.length - part.trimStart().length, end - (part.length - part.trimEnd().length)]
}
