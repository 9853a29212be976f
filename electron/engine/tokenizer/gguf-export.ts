/**
 * Tokenizers as the metadata of GGUF files: what `gguf.ts` reads. GGUF has no place for most of tokenizer.json, so a
 * tokenizer is only written if what is read back from the metadata gives the same ids.
 */
import { UserError } from '../../contract/errors.ts'
import type { GgufEntries, GgufEntry } from '../formats/gguf-writer.ts'
import { readAddedTokens } from './added-tokens.ts'
import { mergesFromScores, tokenizerFromGguf, tokenTypes, wordsByName } from './gguf.ts'
import { isObject, type JsonObject, readObject } from './json.ts'
import { identityMap } from './mapped-text.ts'
import { readMerge } from './model.ts'
import { normalize, readNormalizer } from './normalizer.ts'
import { preTokenize, readPreTokenizer } from './pre-tokenizer.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Texts in which the ways to split words differ. */
const probes = [
  'Hello world, this is  a plain   sentence.',
  ' leading and trailing space ',
  "don't I'LL we've THEY'RE it's 's 'Tis o'clock",
  '3.14159 1234567 12ab34 ١٢٣ ²½ Ⅷ',
  'tab\there\nnew\r\nlines\n\n\n  indented\n \n',
  'naïve café re\u0301sume\u0301 (combined) Å \u00c5 ﬁ',
  '日本語の文字、한국어 русский ру\u0301сский हिन्दी ไทย',
  'foo_bar(baz) {x: [1, 2]} // !!! ??? -- ... "quoted"/path\\to',
  '🙂👩‍👩‍👧 …—“quotes” \u00a0nbsp\u3000wide\u200bzero',
  'CamelCase HTTPServer iPhone ǅungla ʰa',
]

interface Vocabulary {
  /** By id, without gaps. */
  tokens: string[]
  types: number[]
}

/**
 * @param vocabSize rows of the embedding: ids without a token are filled up, as llama.cpp demands
 * @param eosIds all ids that end a response
 * @returns the keys `tokenizer.ggml.*` and `tokenizer.chat_template`
 * @throws UserError that says what GGUF has no place for
 */
export function tokenizerToGguf(
  tokenizer: Tokenizer,
  { vocabSize, eosIds }: { vocabSize: number; eosIds: readonly number[] },
): GgufEntries {
  const { definition, config } = tokenizer.files
  const model = readObject(definition.model, { file: tokenizer.files.name, key: 'model' })
  if (!isObject(model.vocab) || !Array.isArray(model.merges)) throw notWritable(tokenizer, 'it is not a BPE')
  const vocabulary = readVocabulary(tokenizer, model.vocab, vocabSize)
  const entries = {
    ...(model.byte_fallback === true
      ? sentencePieceEntries(tokenizer, model, vocabulary)
      : byteLevelEntries(tokenizer, model)),
    'tokenizer.ggml.tokens': { type: 'string', value: vocabulary.tokens },
    'tokenizer.ggml.token_type': { type: 'int32', value: vocabulary.types },
    ...specialEntries(tokenizer, model, eosIds),
    ...(config.chat_template === null
      ? {}
      : { 'tokenizer.chat_template': { type: 'string', value: config.chat_template } }),
  } satisfies GgufEntries
  refuseOtherIds(tokenizer, entries)
  return entries
}

function notWritable({ files }: Tokenizer, reason: string): UserError {
  const message =
    `The tokenizer of ${files.name} cannot be written to a GGUF file: ${reason}. ` +
    "Export the model as a Hugging Face folder, and convert it with llama.cpp's convert_hf_to_gguf.py."
  return new UserError('bad_input', message)
}

function readVocabulary({ files }: Tokenizer, vocab: JsonObject, vocabSize: number): Vocabulary {
  const place = { file: files.name, key: 'added_tokens' }
  const tokens = Array.from({ length: vocabSize }, (_, id) => `[PAD${id}]`)
  const types = tokens.map((): number => tokenTypes.unused)
  for (const [token, id] of Object.entries(vocab)) {
    tokens[Number(id)] = token
    types[Number(id)] = /^<0x[0-9A-F]{2}>$/.test(token) ? tokenTypes.byte : tokenTypes.normal
  }
  for (const { id, content, special } of readAddedTokens(files.definition.added_tokens, place)) {
    tokens[id] = content
    types[id] = special ? tokenTypes.control : tokenTypes.userDefined
  }
  return { tokens, types }
}

function byteLevelEntries(tokenizer: Tokenizer, model: JsonObject) {
  const pre = wordsNameOf(tokenizer, model.ignore_merges === true)
  if (pre === null)
    throw notWritable(tokenizer, 'no way of splitting words that has a name in GGUF is like its own')
  const merges = mergesOf(tokenizer, model).map((pair) => pair.join(' '))
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { type: 'string', value: pre },
    'tokenizer.ggml.merges': { type: 'string', value: merges },
  } as const satisfies GgufEntries
}

function mergesOf({ files }: Tokenizer, { merges }: JsonObject): [string, string][] {
  const place = { file: files.name, key: 'model.merges' }
  return (merges as unknown[]).map((merge) => readMerge(merge, place))
}

/** The first name whose words are those of the tokenizer in every probe. */
function wordsNameOf({ files: { definition, name } }: Tokenizer, ignoresMerges: boolean): string | null {
  const wordsOf = (normalizer: unknown, preTokenizer: unknown) => {
    const steps = readNormalizer(normalizer, { file: name, key: 'normalizer' })
    const splits = readPreTokenizer(preTokenizer, { file: name, key: 'pre_tokenizer' })
    return JSON.stringify(
      probes.map((probe) =>
        preTokenize(splits, normalize(steps, identityMap(probe)), true).map(({ text }) => text),
      ),
    )
  }
  const own = wordsOf(definition.normalizer, definition.pre_tokenizer)
  const match = Object.entries(wordsByName).find(
    ([, words]) =>
      words.ignoresMerges === ignoresMerges && wordsOf(words.normalizer, words.preTokenizer) === own,
  )
  return match ? match[0] : null
}

/** SentencePiece's scores, from the order of the merges: of two pieces, the one that is merged first scores higher. */
function sentencePieceEntries(tokenizer: Tokenizer, model: JsonObject, { tokens }: Vocabulary) {
  const merges = mergesOf(tokenizer, model)
  const scoreOf = new Map<string, number>()
  for (const [i, [left, right]] of merges.entries())
    if (!scoreOf.has(left + right)) scoreOf.set(left + right, -i - 1)
  const scores = tokens.map((token) => scoreOf.get(token) ?? 0)
  const rebuilt = mergesFromScores(tokens, scores)
  if (
    rebuilt.length !== merges.length ||
    rebuilt.some(([a, b], i) => a !== merges[i]![0] || b !== merges[i]![1])
  )
    throw notWritable(tokenizer, "its merges are not those that SentencePiece's scores can express")
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'llama' },
    'tokenizer.ggml.pre': { type: 'string', value: 'default' },
    'tokenizer.ggml.scores': { type: 'float32', value: scores },
    'tokenizer.ggml.add_space_prefix': { type: 'bool', value: addsSpacePrefix(tokenizer) },
  } as const satisfies GgufEntries
}

function addsSpacePrefix(tokenizer: Tokenizer): boolean {
  return tokenizer.pieceOf(tokenizer.encode('a')[0]!).startsWith(' ')
}

/** llama.cpp has keys for three ends; it knows the others of common models by their texts. */
const endKeys = ['eos_token_id', 'eot_token_id', 'eom_token_id']

function specialEntries(tokenizer: Tokenizer, model: JsonObject, eosIds: readonly number[]): GgufEntries {
  const { config } = tokenizer.files
  const vocab = model.vocab as Record<string, unknown>
  const unknown = typeof model.unk_token === 'string' ? vocab[model.unk_token] : null
  const ids: [key: string, id: unknown][] = [
    ['bos_token_id', tokenizer.bosId],
    ['padding_token_id', config.pad_token === null ? null : tokenizer.padId],
    ['unknown_token_id', unknown],
    ...[...new Set([tokenizer.eosId, ...eosIds])].flatMap((id, i): [string, number][] =>
      endKeys[i] ? [[endKeys[i], id]] : [],
    ),
  ]
  const entries: Record<string, GgufEntry> = {}
  for (const [key, id] of ids)
    if (typeof id === 'number') entries[`tokenizer.ggml.${key}`] = { type: 'uint32', value: id }
  entries['tokenizer.ggml.add_bos_token'] = { type: 'bool', value: tokenizer.prefixIds.length > 0 }
  if (config.add_eos_token === true) entries['tokenizer.ggml.add_eos_token'] = { type: 'bool', value: true }
  return entries
}

/** @throws UserError if the tokenizer that is read back gives other ids */
function refuseOtherIds(tokenizer: Tokenizer, entries: GgufEntries): void {
  const metadata = new Map(Object.entries(entries).map(([key, { value }]) => [key, value]))
  const back = tokenizerFromGguf(metadata, tokenizer.files.name)
  const other = probes.find((probe) => {
    const [own, read] = [tokenizer.encode(probe), back.encode(probe)]
    return own.length !== read.length || own.some((id, i) => id !== read[i])
  })
  if (other === undefined) return
  throw notWritable(tokenizer, `read back from it, ${JSON.stringify(other)} has other tokens`)
}
