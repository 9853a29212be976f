/**
 * What a model makes of characters that it has no token for: the tokens of their bytes, or the unknown token. Which
 * characters become what, and in which order, is as in the `tokenizers` library.
 */
import type { WordPiece } from './bpe.ts'
import type { Encoding } from './encoding.ts'
import { characterLength, type MappedText, type Range } from './mapped-text.ts'

export interface Fallback {
  unknownId: number | null
  /** Whether neighbours that are unknown become one unknown token. */
  fusesUnknown: boolean
  /** Ids of the tokens `<0x00>` to `<0xFF>` that exist, or null if the model doesn't fall back to bytes. */
  byteIds: ReadonlyMap<number, number> | null
  /** What falls back to bytes as a whole, or not at all if a byte of it has no token. */
  stretch: 'character' | 'unknown characters'
}

const encoder = new TextEncoder()

/** SentencePiece's name for a byte's token. */
function byteTokenName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
}

/** Some tokenizers have no token for some bytes, because they have one for the character: Gemma's tab. */
export function findByteIds(ids: ReadonlyMap<string, number>): Map<number, number> {
  const byteIds = new Map<number, number>()
  for (let byte = 0; byte < 256; byte++) {
    const id = ids.get(byteTokenName(byte))
    if (id !== undefined) byteIds.set(byte, id)
  }
  return byteIds
}

/** Ids that stand for a text together. */
interface Stretch {
  text: string
  ids: readonly number[]
}

/** @returns a function that appends a word's tokens to an encoding */
export function withFallback(
  split: (word: string) => readonly WordPiece[],
  fallback: Fallback,
): (word: MappedText, encoding: Encoding) => void {
  return (word, encoding) => {
    const pieces = split(word.text)
    let start = 0
    for (const { text, ids } of placePieces(joinUnknown(pieces, fallback), fallback)) {
      const end = start + text.length
      const isBytes = ids.length > 1
      if (isBytes) appendBytes(encoding, ids, word, { start, end })
      else for (const id of ids) append(encoding, id, word, { start, end })
      start = end
    }
  }
}

function joinUnknown(pieces: readonly WordPiece[], { stretch }: Fallback): readonly WordPiece[] {
  if (stretch === 'character') return pieces
  const joined: WordPiece[] = []
  for (const piece of pieces) {
    const before = joined.at(-1)
    if (piece.id === null && before?.id === null) before.text += piece.text
    else joined.push({ ...piece })
  }
  return joined
}

/**
 * The stretches in the library's order: an unknown one is held back until the next known token (or the next unknown
 * one, unless they fuse), so that bytes after it come before it.
 */
function* placePieces(pieces: readonly WordPiece[], fallback: Fallback): Generator<Stretch> {
  let held = ''
  for (const { id, text } of pieces) {
    const bytes = id === null ? byteTokens(text, fallback.byteIds) : null
    if (bytes) {
      yield { text, ids: bytes }
    } else if (id === null) {
      if (held !== '' && !fallback.fusesUnknown) {
        yield unknown(held, fallback)
        held = ''
      }
      held += text
    } else {
      if (held !== '') yield unknown(held, fallback)
      held = ''
      yield { text, ids: [id] }
    }
  }
  if (held !== '') yield unknown(held, fallback)
}

function unknown(text: string, { unknownId }: Fallback): Stretch {
  return { text, ids: unknownId === null ? [] : [unknownId] }
}

/** Ids of all bytes of a text, or null if one has no token. */
function byteTokens(text: string, byteIds: ReadonlyMap<number, number> | null): number[] | null {
  if (byteIds === null) return null
  const ids: number[] = []
  for (const byte of encoder.encode(text)) {
    const id = byteIds.get(byte)
    if (id === undefined) return null
    ids.push(id)
  }
  return ids
}

function append(encoding: Encoding, id: number, word: MappedText, { start, end }: Range): void {
  encoding.ids.push(id)
  encoding.offsets.push([word.starts[start]!, word.ends[end - 1]!])
}

/** Each byte's token stands for the whole character that the byte is part of. */
function appendBytes(
  encoding: Encoding,
  ids: readonly number[],
  word: MappedText,
  { start, end }: Range,
): void {
  const all = ids.values()
  for (let i = start; i < end; ) {
    const next = i + characterLength(word.text, i)
    for (const _ of encoder.encode(word.text.slice(i, next)))
      append(encoding, all.next().value!, word, { start: i, end: next })
    i = next
  }
}
