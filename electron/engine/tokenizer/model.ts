/**
 * The model of a tokenizer, BPE or Unigram by the tokenizer library, over words with their origin:
 * every token gets the characters that it stands for.
 */
import { BPE, Unigram } from '@huggingface/tokenizers'
import type { AddedToken } from './added-tokens.ts'
import type { Encoding } from './encoding.ts'
import {
  at,
  type JsonObject,
  type JsonPlace,
  readArray,
  readFlag,
  readId,
  readObject,
  refuse,
} from './json.ts'
import { characterLength, type MappedText, type Range } from './mapped-text.ts'

export interface TokenModel {
  /** Every token's text by id; added tokens are not among them unless the vocabulary lists them too. */
  vocabulary: Map<number, string>
  /** Appends the tokens of one word to `encoding`. */
  encode(word: MappedText, encoding: Encoding): void
}

/** What both kinds need: how a word is split, and which ids its parts have. */
interface WordSplitter {
  split(word: string): string[]
  ids: ReadonlyMap<string, number>
  unknownId: number | null
  fusesUnknown: boolean
  /** Ids of the 256 byte tokens `<0x00>` to `<0xFF>`, or null if the model doesn't fall back to bytes. */
  byteIds: number[] | null
}

const encoder = new TextEncoder()

/**
 * Reads the key "model". Special tokens are removed from the vocabulary that words are matched with.
 * @throws UserError on another kind of model, or broken keys
 */
export function readModel(value: unknown, place: JsonPlace, addedTokens: readonly AddedToken[]): TokenModel {
  const config = readObject(value, place)
  const special = new Set(addedTokens.filter((token) => token.special).map(({ content }) => content))
  switch (config.type ?? guessType(config)) {
    case 'BPE':
      return readBpe(config, place, special)
    case 'Unigram':
      return readUnigram(config, place, special)
    default:
      return refuse(
        at(place, 'type'),
        config.type,
        'only BPE and Unigram are supported. Use another tokenizer.',
      )
  }
}

/** Old files omit the type. */
function guessType(config: JsonObject): string | undefined {
  if (Array.isArray(config.vocab)) return 'Unigram'
  return Array.isArray(config.merges) ? 'BPE' : undefined
}

function readBpe(config: JsonObject, place: JsonPlace, special: ReadonlySet<string>): TokenModel {
  for (const key of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if (config[key])
      refuse(at(place, key), config[key], 'only BPE without it is supported. Use another tokenizer.')
  }
  const entries = Object.entries(readObject(config.vocab, at(place, 'vocab')))
  const vocabulary = new Map(entries.map(([token, id]) => [readId(id, at(at(place, 'vocab'), token)), token]))
  const vocab = Object.fromEntries(entries.filter(([token]) => !special.has(token))) as Record<string, number>
  const merges = readArray(config.merges, at(place, 'merges'))
    .map((merge, i) => readMerge(merge, at(at(place, 'merges'), i)))
    .filter(([left, right]) => !special.has(left + right))
  const ignoresMerges = readFlag(config.ignore_merges, at(place, 'ignore_merges'), false)
  const bpe = new BPE({ type: 'BPE', vocab, merges, ignore_merges: ignoresMerges })
  const ids = bpe.tokens_to_ids
  const splitter: WordSplitter = {
    split: (word) => (ignoresMerges && ids.has(word) ? [word] : bpe.bpe(word)),
    ids,
    unknownId: typeof config.unk_token === 'string' ? (idOf(vocabulary, config.unk_token) ?? null) : null,
    fusesUnknown: readFlag(config.fuse_unk, at(place, 'fuse_unk'), false),
    byteIds: readFlag(config.byte_fallback, at(place, 'byte_fallback'), false) ? findByteIds(ids) : null,
  }
  return { vocabulary, encode: (word, encoding) => encodeWord(splitter, word, encoding) }
}

/** A merge is `["a", "b"]` or, in older files, `"a b"`. */
export function readMerge(value: unknown, place: JsonPlace): [string, string] {
  const [left, right, ...more]: unknown[] =
    typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []
  if (typeof left === 'string' && typeof right === 'string' && more.length === 0) return [left, right]
  return refuse(place, value, 'a merge must be a pair of tokens.')
}

function readUnigram(config: JsonObject, place: JsonPlace, special: ReadonlySet<string>): TokenModel {
  const pieces = readArray(config.vocab, at(place, 'vocab')).map((entry, i): [string, number] => {
    const [token, score] = Array.isArray(entry) ? entry : []
    if (typeof token === 'string' && typeof score === 'number') return [token, score]
    return refuse(at(at(place, 'vocab'), i), entry, 'it must be a token and its score.')
  })
  const unknownId = readId(config.unk_id, at(place, 'unk_id'))
  // A piece without text matches nothing.
  const vocab = pieces.map(([token, score]): [string, number] => [special.has(token) ? '' : token, score])
  const unigram = new Unigram({ type: 'Unigram', vocab, unk_id: unknownId }, '')
  const splitter: WordSplitter = {
    split: (word) => unigram.tokenize(word),
    ids: unigram.tokens_to_ids,
    unknownId,
    fusesUnknown: true,
    byteIds: readFlag(config.byte_fallback, at(place, 'byte_fallback'), false)
      ? findByteIds(unigram.tokens_to_ids)
      : null,
  }
  return {
    vocabulary: new Map(pieces.map(([token], id) => [id, token])),
    encode: (word, encoding) => encodeWord(splitter, word, encoding),
  }
}

function idOf(vocabulary: ReadonlyMap<number, string>, token: string): number | undefined {
  for (const [id, text] of vocabulary) if (text === token) return id
  return undefined
}

/** SentencePiece's name for a byte's token. */
function byteTokenName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
}

function findByteIds(ids: ReadonlyMap<string, number>): number[] | null {
  const byteIds = Array.from({ length: 256 }, (_, byte) => ids.get(byteTokenName(byte)))
  return byteIds.every((id) => id !== undefined) ? byteIds : null
}

function encodeWord(splitter: WordSplitter, word: MappedText, encoding: Encoding): void {
  let at = 0
  let followsUnknown = false
  for (const piece of splitter.split(word.text)) {
    const range = { start: at, end: at + piece.length }
    const id = splitter.ids.get(piece)
    if (id !== undefined) {
      append(encoding, id, word, range)
    } else if (splitter.byteIds) {
      appendBytes(encoding, splitter.byteIds, word, range)
    } else if (followsUnknown && splitter.fusesUnknown) {
      encoding.offsets.at(-1)![1] = word.ends[range.end - 1]!
    } else if (splitter.unknownId !== null) {
      append(encoding, splitter.unknownId, word, range)
    }
    followsUnknown = id === undefined && splitter.byteIds === null && splitter.unknownId !== null
    at = range.end
  }
}

function append(encoding: Encoding, id: number, word: MappedText, { start, end }: Range): void {
  encoding.ids.push(id)
  encoding.offsets.push([word.starts[start]!, word.ends[end - 1]!])
}

/** Each byte's token stands for the whole character that the byte is part of. */
function appendBytes(encoding: Encoding, byteIds: number[], word: MappedText, { start, end }: Range): void {
  for (let i = start; i < end; ) {
    const next = i + characterLength(word.text, i)
    for (const byte of encoder.encode(word.text.slice(i, next)))
      append(encoding, byteIds[byte]!, word, { start: i, end: next })
    i = next
  }
}
