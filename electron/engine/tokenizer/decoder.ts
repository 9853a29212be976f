/** From ids back to text: every token has bytes, and the bytes of a sequence are read as UTF-8. */
import type { AddedToken } from './added-tokens.ts'
import { fromByteCharacters } from './byte-level.ts'
import {
  at,
  isObject,
  type JsonObject,
  type JsonPlace,
  readArray,
  readFlag,
  readObject,
  refuse,
} from './json.ts'

/** How a token's text becomes bytes. */
export interface DecoderPlan {
  /** Characters are bytes (byte-level BPE). */
  isByteLevel: boolean
  /** What stands for a space, such as `▁`. */
  spaceMark: string | null
  /** `<0x0A>` and the like are bytes. */
  hasByteTokens: boolean
  /** The space that encoding put before the first word is removed. */
  stripsFirstSpace: boolean
}

const encoder = new TextEncoder()
const byteToken = /^<0x([0-9A-Fa-f]{2})>$/

/** Reads the key "decoder". @throws UserError on one that is not supported */
export function readDecoder(value: unknown, place: JsonPlace): DecoderPlan {
  const plan = { isByteLevel: false, spaceMark: null, hasByteTokens: false, stripsFirstSpace: false }
  for (const [step, here] of flatten(value, place)) readStep(plan, step, here)
  return plan
}

function flatten(value: unknown, place: JsonPlace): [JsonObject, JsonPlace][] {
  const config = readObject(value, place)
  if (config.type !== 'Sequence') return [[config, place]]
  const listPlace = at(place, 'decoders')
  return readArray(config.decoders, listPlace).flatMap((step, i) => flatten(step, at(listPlace, i)))
}

function readStep(plan: DecoderPlan, config: JsonObject, place: JsonPlace): void {
  switch (config.type) {
    case 'ByteLevel':
      plan.isByteLevel = true
      return
    case 'ByteFallback':
      plan.hasByteTokens = true
      return
    case 'Fuse':
      return
    case 'Strip':
      if (config.content !== ' ' || config.start !== 1 || config.stop !== 0) break
      plan.stripsFirstSpace = true
      return
    case 'Replace':
      if (!isObject(config.pattern) || typeof config.pattern.String !== 'string' || config.content !== ' ')
        break
      plan.spaceMark = config.pattern.String
      return
    case 'Metaspace': {
      plan.spaceMark = typeof config.replacement === 'string' ? config.replacement : '▁'
      const addsPrefix = readFlag(config.add_prefix_space, at(place, 'add_prefix_space'), true)
      plan.stripsFirstSpace = config.prepend_scheme ? config.prepend_scheme !== 'never' : addsPrefix
      return
    }
  }
  refuse(
    place,
    config,
    'only ByteLevel, Metaspace and the Llama sequence are supported. Use another tokenizer.',
  )
}

export interface Decoder {
  /** Bytes of one token; none for an id without a token. */
  bytesOf(id: number): Uint8Array
  /** Text of a sequence; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>): string
}

export function makeDecoder(
  plan: DecoderPlan,
  vocabulary: ReadonlyMap<number, string>,
  addedTokens: readonly AddedToken[],
): Decoder {
  const added = new Map(addedTokens.map(({ id, content }) => [id, content]))
  const cache = new Map<number, Uint8Array>()
  const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

  function bytesOf(id: number): Uint8Array {
    let bytes = cache.get(id)
    if (!bytes) {
      const content = added.get(id)
      bytes = content === undefined ? modelBytes(plan, vocabulary.get(id) ?? '') : encoder.encode(content)
      cache.set(id, bytes)
    }
    return bytes
  }

  function decode(ids: Iterable<number>): string {
    const list = [...ids]
    const parts = list.map(bytesOf)
    const text = textDecoder.decode(Buffer.concat(parts))
    const startsWithModelToken = list.length > 0 && !added.has(list[0]!)
    return plan.stripsFirstSpace && startsWithModelToken && text.startsWith(' ') ? text.slice(1) : text
  }

  return { bytesOf, decode }
}

function modelBytes(plan: DecoderPlan, token: string): Uint8Array {
  if (plan.isByteLevel) return fromByteCharacters(token) ?? encoder.encode(token)
  const byte = plan.hasByteTokens ? byteToken.exec(token) : null
  if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16))
  return encoder.encode(plan.spaceMark === null ? token : token.replaceAll(plan.spaceMark, ' '))
}

/** A token for display: its text, with `<0xE2>` for each byte that is not a whole character. */
export function displayBytes(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; ) {
    const length = characterBytes(bytes, i)
    if (length === 0) text += `<0x${bytes[i]!.toString(16).toUpperCase().padStart(2, '0')}>`
    else text += Buffer.from(bytes.subarray(i, i + length)).toString()
    i += Math.max(length, 1)
  }
  return text
}

/** Length of the UTF-8 character at `at`, or 0 if none begins there or it is incomplete. */
function characterBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  const text = Buffer.from(bytes.subarray(at, at + length)).toString()
  return length > 0 && !text.includes('\ufffd') ? length : 0
}
