/**
 * Text with its origin: every UTF-16 unit has the span of the original text that it stands for. Normalizers and
 * pre-tokenizers change text only through these functions, so offsets stay correct.
 */

/** `starts[i]` and `ends[i]`: span in the original, in UTF-16 units, of unit i of `text`. */
export interface MappedText {
  text: string
  starts: Int32Array
  ends: Int32Array
}

/** A stretch [start, end) of a mapped text. */
export interface Range {
  start: number
  end: number
}

/** The original text itself; both halves of a surrogate pair stand for the whole character. */
export function identityMap(text: string): MappedText {
  const starts = new Int32Array(text.length)
  const ends = new Int32Array(text.length)
  for (let i = 0; i < text.length; ) {
    const next = i + characterLength(text, i)
    starts.fill(i, i, next)
    ends.fill(next, i, next)
    i = next
  }
  return { text, starts, ends }
}

/** UTF-16 units of the character at `at`: 2 for a surrogate pair. */
export function characterLength(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1
}

export function sliceMapped(mapped: MappedText, { start, end }: Range): MappedText {
  return {
    text: mapped.text.slice(start, end),
    starts: mapped.starts.subarray(start, end),
    ends: mapped.ends.subarray(start, end),
  }
}

/** Puts `content` before a text that is not empty; it stands for the first character, as in `tokenizers`. */
export function prependMapped(mapped: MappedText, content: string): MappedText {
  if (mapped.text === '') return mapped
  const first = characterLength(mapped.text, 0)
  return replaceRanges(mapped, [{ start: 0, end: first, content: content + mapped.text.slice(0, first) }])
}

/** Replaces ranges, which are in order and do not overlap; every unit of new content stands for its whole range. */
export function replaceRanges(mapped: MappedText, changes: (Range & { content: string })[]): MappedText {
  if (changes.length === 0) return mapped
  const growth = changes.reduce((sum, { start, end, content }) => sum + content.length - (end - start), 0)
  const starts = new Int32Array(mapped.text.length + growth)
  const ends = new Int32Array(mapped.text.length + growth)
  const parts: string[] = []
  let from = 0
  let to = 0
  const keepUntil = (end: number) => {
    parts.push(mapped.text.slice(from, end))
    starts.set(mapped.starts.subarray(from, end), to)
    ends.set(mapped.ends.subarray(from, end), to)
    to += end - from
  }
  for (const { start, end, content } of changes) {
    keepUntil(start)
    parts.push(content)
    starts.fill(mapped.starts[start]!, to, to + content.length)
    ends.fill(mapped.ends[end - 1]!, to, to + content.length)
    to += content.length
    from = end
  }
  keepUntil(mapped.text.length)
  return { text: parts.join(''), starts, ends }
}
