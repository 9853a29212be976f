/** Texts with slots in braces, such as `bill for {name}`: filling them, and reading them back. */
import type { Span } from './flaws.ts'

/** The text with each `{slot}` replaced by its word. */
export function fill(text: string, words: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (slot, name: string) => words[name] ?? slot)
}

export interface Match {
  words: Record<string, string>
  /** Where each word is, in characters of the whole text. */
  slots: Record<string, Span>
}

/**
 * The words in the slots of `template` if `text` has its form; otherwise null.
 *
 * @param patterns regular expression of each slot, without groups
 * @param at where `text` starts in the whole text
 */
export function matchTemplate(
  template: string,
  patterns: Record<string, string>,
  { text, at }: { text: string; at: number },
): Match | null {
  const escaped = template.replace(/[.?]/g, '\\$&')
  const source = escaped.replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${patterns[name]})`)
  const groups = new RegExp(`^${source}$`, 'd').exec(text)
  if (!groups) return null
  const slots = Object.entries(groups.indices?.groups ?? {}).map(([name, [start, end]]) => [
    name,
    { start: at + start, end: at + end },
  ])
  return { words: { ...groups.groups }, slots: Object.fromEntries(slots) }
}
