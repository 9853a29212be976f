/**
 * The model of a tokenizer, BPE or Unigram, over words with their origin: every token gets the characters that it
 * stands for.
 */
import { Unigram } from '@huggingface/tokenizers'
import type { AddedToken } from './added-tokens.ts'
import { MergeTable, makeBpe, type WordPiece } from './bpe.ts'
import type { Encoding } from './encoding.ts'
import { type Fallback, findByteIds, withFallback } from './fallback.ts'
import {
  at,
  isTokenId,
  type JsonObject,
  type JsonPlace,
  readArray,
  readFlag,
  readId,
  readObject,
  refuse,
} from './json.ts'
import type { MappedText } from './mapped-text.ts'

export interface TokenModel {
  /** Ids by text in one or more maps; added tokens are not among them unless the model lists them too. */
  vocabulary: readonly ReadonlyMap<string, number>[]
  /** Appends the tokens of one word to `encoding`. */
  encode(word: MappedText, encoding: Encoding): void
}

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
  const vocabulary = readVocabulary(config.vocab, at(place, 'vocab'), special)
  const { ids, withheld } = vocabulary
  const merges = readMerges(config.merges, at(place, 'merges'), vocabulary)
  const split = makeBpe({ ids, merges })
  const ignoresMerges = readFlag(config.ignore_merges, at(place, 'ignore_merges'), false)
  const unknown = config.unk_token
  const fallback: Fallback = {
    unknownId: typeof unknown === 'string' ? (withheld.get(unknown) ?? ids.get(unknown) ?? null) : null,
    fusesUnknown: readFlag(config.fuse_unk, at(place, 'fuse_unk'), false),
    byteIds: readFlag(config.byte_fallback, at(place, 'byte_fallback'), false) ? findByteIds(ids) : null,
    stretch: 'character',
  }
  const splitWord = (word: string): readonly WordPiece[] => {
    const whole = ignoresMerges ? ids.get(word) : undefined
    return whole === undefined ? split(word) : [{ id: whole, text: word }]
  }
  return { vocabulary: [ids, withheld], encode: withFallback(splitWord, fallback) }
}

interface Vocabulary {
  /** Ids of the tokens that words may be made of. */
  ids: Map<string, number>
  /** Ids of the special ones, which words are never made of. */
  withheld: Map<string, number>
}

function readVocabulary(value: unknown, place: JsonPlace, special: ReadonlySet<string>): Vocabulary {
  const vocab = readObject(value, place)
  const vocabulary: Vocabulary = { ids: new Map(), withheld: new Map() }
  for (const token of Object.keys(vocab)) {
    const id = vocab[token]
    // Places are made for errors only: a vocabulary may have 262,000 tokens.
    const checked = isTokenId(id) ? id : readId(id, at(place, token))
    if (special.has(token)) vocabulary.withheld.set(token, checked)
    else vocabulary.ids.set(token, checked)
  }
  return vocabulary
}

function readMerges(value: unknown, place: JsonPlace, { ids, withheld }: Vocabulary): MergeTable {
  const list = readArray(value, place)
  const table = new MergeTable(list.length)
  for (let rank = 0; rank < list.length; rank++) {
    const [left, right] = splitMerge(list[rank]) ?? readMerge(list[rank], at(place, rank))
    const leftId = ids.get(left)
    const rightId = ids.get(right)
    const joined = ids.get(left + right)
    if (leftId !== undefined && rightId !== undefined && joined !== undefined) {
      table.set(leftId, rightId, rank, joined)
      continue
    }
    const missing = [left, right, left + right].find((token) => !ids.has(token) && !withheld.has(token))
    if (missing !== undefined)
      refuse(at(place, rank), list[rank], `${JSON.stringify(missing)} is not in the vocabulary.`)
  }
  return table
}

/** A merge is `["a", "b"]` or, in older files, `"a b"`. */
export function readMerge(value: unknown, place: JsonPlace): [string, string] {
  return splitMerge(value) ?? refuse(place, value, 'a merge must be a pair of tokens.')
}

function splitMerge(value: unknown): [string, string] | null {
  const parts: unknown = typeof value === 'string' ? value.split(' ') : value
  return isPair(parts) ? parts : null
}

function isPair(value: unknown): value is [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'
  )
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
  const ids = unigram.tokens_to_ids
  const split = (word: string) => unigram.tokenize(word).map((text) => ({ id: ids.get(text) ?? null, text }))
  const fallback: Fallback = {
    unknownId,
    fusesUnknown: true,
    byteIds: readFlag(config.byte_fallback, at(place, 'byte_fallback'), false) ? findByteIds(ids) : null,
    stretch: 'unknown characters',
  }
  return {
    vocabulary: [new Map(pieces.map(([token], id) => [token, id]))],
    encode: withFallback(split, fallback),
  }
}
