/** Puts an edited text together from what is kept of it, what is added, and the white space between. */
import type { Span } from './flaws.ts'

/** The text of `span` with the changes made, which do not overlap; they may be in any order. */
export function applyChanges(text: string, span: Span, changes: { span: Span; text: string }[]): string {
  let result = ''
  let at = span.start
  for (const change of changes.toSorted((a, b) => a.span.start - b.span.start)) {
    result += text.slice(at, change.span.start) + change.text
    at = change.span.end
  }
  return result + text.slice(at, span.end)
}

/** A sentence or line that is added after the one with this index (-1: before all of them). */
export interface Addition {
  after: number
  text: string
}

/**
 * The text with its parts edited; what is between them is kept.
 *
 * @param spans of the parts of `text`, in order
 * @param fixed each part as edited; null if it is deleted
 * @param separator before a part that is added
 */
export function assemble(
  text: string,
  spans: readonly Span[],
  edits: { fixed: readonly (string | null)[]; added: readonly Addition[]; separator: string },
): string {
  const { fixed, added, separator } = edits
  const addedAfter = (index: number) =>
    added.filter(({ after }) => after === index).map((addition) => ({ gap: separator, text: addition.text }))
  const kept = fixed.map((part, index) => {
    const before = spans[index - 1]
    const gap = before ? text.slice(before.end, spans[index]!.start) : separator
    return part === null ? [] : [{ gap, text: part }]
  })
  const parts = [...addedAfter(-1), ...kept.flatMap((part, index) => [...part, ...addedAfter(index)])]
  const lead = text.slice(0, spans[0]?.start ?? 0)
  const tail = text.slice(spans.at(-1)?.end ?? 0)
  return lead + parts.map((part, i) => (i === 0 ? part.text : part.gap + part.text)).join('') + tail
}
