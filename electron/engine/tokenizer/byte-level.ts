/**
 * The alphabet of byte-level BPE: each of the 256 bytes is written as one printable character.
 * Source: Radford et al., "Language Models are Unsupervised Multitask Learners" (GPT-2), 2019.
 */
import { characterLength, type MappedText } from './mapped-text.ts'

/** The character of each byte: printable Latin-1 stands for itself, the rest follows from U+0100 on. */
export const byteCharacters: readonly string[] = makeByteCharacters()

const bytesByCharacter = new Map(byteCharacters.map((character, byte) => [character, byte]))
const encoder = new TextEncoder()

function makeByteCharacters(): string[] {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
    return String.fromCharCode(isPrintable ? byte : next++)
  })
}

/** Writes text as byte characters; each stands for the whole character that its byte is part of. */
export function toByteCharacters(mapped: MappedText): MappedText {
  const size = encoder.encode(mapped.text).length
  const starts = new Int32Array(size)
  const ends = new Int32Array(size)
  let text = ''
  for (let i = 0; i < mapped.text.length; ) {
    const next = i + characterLength(mapped.text, i)
    for (const byte of encoder.encode(mapped.text.slice(i, next))) {
      starts[text.length] = mapped.starts[i]!
      ends[text.length] = mapped.ends[next - 1]!
      text += byteCharacters[byte]
    }
    i = next
  }
  return { text, starts, ends }
}

/** The bytes that byte characters stand for, or null if another character is among them. */
export function fromByteCharacters(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const byte = bytesByCharacter.get(text[i]!)
    if (byte === undefined) return null
    bytes[i] = byte
  }
  return bytes
}
