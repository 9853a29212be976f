/**
 * From ids back to text, step by step as the `tokenizers` library does it (its decoders of 0.23), and the bytes of
 * one token for display.
 */
import { isUtf8 } from 'node:buffer'
import type { AddedToken } from './added-tokens.ts'
import { fromByteCharacters } from './byte-level.ts'
import {
  at,
  type JsonObject,
  type JsonPlace,
  readArray,
  readFlag,
  readObject,
  readString,
  refuse,
} from './json.ts'
import { identityMap } from './mapped-text.ts'
import { type NormalizerStep, normalize } from './normalizer.ts'
import { readPattern } from './pattern.ts'

export type DecoderStep =
  /** Characters are bytes (byte-level BPE). */
  | { type: 'byteLevel' }
  /** `<0x0A>` and the like are bytes. */
  | { type: 'byteTokens' }
  /** From here on, all tokens are one. */
  | { type: 'fuse' }
  /** Removes up to `start` of the character before each token and up to `stop` after it. */
  | { type: 'strip'; content: string; start: number; stop: number }
  | { type: 'replace'; pattern: RegExp; content: string }
  /** Marks of spaces become spaces; those of the first token are dropped if encoding put one there. */
  | { type: 'spaces'; mark: string; dropsFirst: boolean }

const encoder = new TextEncoder()
const byteToken = /^<0x([0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>$/

/** Reads the key "decoder". @throws UserError on one that is not supported */
export function readDecoder(value: unknown, place: JsonPlace): DecoderStep[] {
  const config = readObject(value, place)
  if (config.type !== 'Sequence') return [readStep(config, place)]
  const listPlace = at(place, 'decoders')
  return readArray(config.decoders, listPlace).flatMap((step, i) => readDecoder(step, at(listPlace, i)))
}

function readStep(config: JsonObject, place: JsonPlace): DecoderStep {
  switch (config.type) {
    case 'ByteLevel':
      return { type: 'byteLevel' }
    case 'ByteFallback':
      return { type: 'byteTokens' }
    case 'Fuse':
      return { type: 'fuse' }
    case 'Strip': {
      const content = readString(config.content, at(place, 'content'))
      return {
        type: 'strip',
        content,
        start: readCount(config, 'start', place),
        stop: readCount(config, 'stop', place),
      }
    }
    case 'Replace': {
      const pattern = readPattern(config.pattern, at(place, 'pattern'))
      return { type: 'replace', pattern, content: readString(config.content, at(place, 'content')) }
    }
    case 'Metaspace': {
      const mark = readString(config.replacement ?? '▁', at(place, 'replacement'))
      const addsPrefix = readFlag(config.add_prefix_space, at(place, 'add_prefix_space'), true)
      const dropsFirst = config.prepend_scheme ? config.prepend_scheme !== 'never' : addsPrefix
      return { type: 'spaces', mark, dropsFirst }
    }
    default:
      return refuse(
        place,
        config,
        'only ByteLevel, ByteFallback, Fuse, Metaspace, Replace and Strip are supported. Use another tokenizer.',
      )
  }
}

function readCount(config: JsonObject, key: string, place: JsonPlace): number {
  const count = config[key]
  const isCount = typeof count === 'number' && Number.isInteger(count) && count >= 0
  return isCount ? count : refuse(at(place, key), count, 'it must be a number of characters.')
}

export interface Decoder {
  /** Bytes of one token; none for an id without a token. */
  bytesOf(id: number): Uint8Array
  /** Text of a sequence; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>): string
}

/** The texts that a decoder starts from: the model's tokens, and added tokens in their normalised form. */
export interface TokenTexts {
  tokenOf(id: number): string | undefined
  addedTokens: readonly AddedToken[]
  normalizer: readonly NormalizerStep[]
}

export function makeDecoder(steps: readonly DecoderStep[], texts: TokenTexts): Decoder {
  const added = new Map(
    texts.addedTokens.map(({ id, content, normalized }) => [
      id,
      normalized ? normalize(texts.normalizer, identityMap(content)).text : content,
    ]),
  )
  const textOf = (id: number) => added.get(id) ?? texts.tokenOf(id)
  return {
    bytesOf: (id) => pieceBytes(steps, textOf(id) ?? ''),
    decode(ids) {
      let tokens: string[] = []
      for (const id of ids) {
        const text = textOf(id)
        if (text !== undefined) tokens.push(text)
      }
      for (const step of steps) tokens = applyStep(step, tokens)
      return tokens.join('')
    },
  }
}

function applyStep(step: DecoderStep, tokens: string[]): string[] {
  switch (step.type) {
    case 'byteLevel':
      return [utf8(Buffer.concat(tokens.map(byteLevelBytes)))]
    case 'byteTokens':
      return joinByteTokens(tokens)
    case 'fuse':
      return [tokens.join('')]
    case 'strip':
      return tokens.map((token) => strip(token, step))
    case 'replace':
      return tokens.map((token) => token.replace(step.pattern, () => step.content))
    case 'spaces':
      return tokens.map((token, i) => token.replaceAll(step.mark, i === 0 && step.dropsFirst ? '' : ' '))
  }
}

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true })
const utf8 = (bytes: Uint8Array): string => textDecoder.decode(bytes)

function byteLevelBytes(token: string): Uint8Array {
  return fromByteCharacters(token) ?? encoder.encode(token)
}

function byteOf(token: string): number | null {
  const digits = byteToken.exec(token)?.[1]
  return digits === undefined ? null : Number.parseInt(digits, 16)
}

/** Runs of byte tokens become text; of a run that is not UTF-8, every byte becomes U+FFFD. */
function joinByteTokens(tokens: readonly string[]): string[] {
  const joined: string[] = []
  let run: number[] = []
  const endRun = () => {
    const bytes = Uint8Array.from(run)
    if (run.length > 0) joined.push(isUtf8(bytes) ? utf8(bytes) : '\ufffd'.repeat(run.length))
    run = []
  }
  for (const token of tokens) {
    const byte = byteOf(token)
    if (byte !== null) {
      run.push(byte)
      continue
    }
    endRun()
    joined.push(token)
  }
  endRun()
  return joined
}

function strip(token: string, { content, start, stop }: DecoderStep & { type: 'strip' }): string {
  const characters = Array.from(token)
  let from = 0
  while (from < start && characters[from] === content) from++
  let to = characters.length
  while (to > from && characters.length - to < stop && characters[to - 1] === content) to--
  return characters.slice(from, to).join('')
}

/** What one token contributes to a text, whatever is beside it. */
function pieceBytes(steps: readonly DecoderStep[], token: string): Uint8Array {
  let text = token
  for (const step of steps) {
    if (step.type === 'byteLevel') return byteLevelBytes(text)
    if (step.type === 'byteTokens') {
      const byte = byteOf(text)
      if (byte !== null) return Uint8Array.of(byte)
    }
    if (step.type === 'replace') text = text.replace(step.pattern, () => step.content)
    if (step.type === 'spaces') text = text.replaceAll(step.mark, ' ')
  }
  return encoder.encode(text)
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
