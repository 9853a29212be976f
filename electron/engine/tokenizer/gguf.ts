/** Tokenizers in the metadata of GGUF files, rebuilt as tokenizer.json would have them. */
import { UserError } from '../../contract/errors.ts'
import { addedTokenEntry, bpeModel, makeDefinition } from './definition.ts'
import type { JsonObject } from './json.ts'
import { gpt2Words } from './pattern.ts'
import { beginsWith } from './post-processor.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

/** Token types of `tokenizer.ggml.token_type` (llama.cpp). */
export const tokenTypes = { normal: 1, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const afterNumbers = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const letters = String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`
const llama3Words = String.raw`${contractions}|${letters}|\p{N}{1,3}|${afterNumbers}`
const qwen2Words = String.raw`${contractions}|${letters}|\p{N}|${afterNumbers}`

const byteLevelOnly = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }

interface Words {
  normalizer: JsonObject | null
  preTokenizer: JsonObject
  ignoresMerges: boolean
}

function words(patterns: string[], { ignoresMerges = false, normalizer = null }: Partial<Words> = {}): Words {
  const splits = patterns.map((pattern) => ({
    type: 'Split',
    pattern: { Regex: pattern },
    behavior: 'Isolated',
    invert: false,
  }))
  const preTokenizer = { type: 'Sequence', pretokenizers: [...splits, byteLevelOnly] }
  return { normalizer, preTokenizer, ignoresMerges }
}

const nfc = { type: 'NFC' }

/** How `tokenizer.ggml.pre` says that text is split into words before merging (llama.cpp's table). */
export const wordsByName = {
  'gpt-2': words([gpt2Words]),
  smollm: words([String.raw`\p{N}`, gpt2Words]),
  starcoder: words([String.raw`\p{N}`, gpt2Words]),
  'llama-bpe': words([llama3Words], { ignoresMerges: true }),
  'llama-v3': words([llama3Words], { ignoresMerges: true }),
  llama3: words([llama3Words], { ignoresMerges: true }),
  'smaug-bpe': words([llama3Words]),
  qwen2: words([qwen2Words], { normalizer: nfc }),
  'deepseek-r1-qwen': words([qwen2Words], { normalizer: nfc }),
} satisfies Record<string, Words>

type WordsName = keyof typeof wordsByName

function isWordsName(name: string): name is WordsName {
  return Object.hasOwn(wordsByName, name)
}

/** Keys and values of a file, and its path for error messages. */
interface Source {
  metadata: ReadonlyMap<string, unknown>
  file: string
}

/** Parts of tokenizer.json that depend on the kind of tokenizer. */
type Parts = Pick<Parameters<typeof makeDefinition>[0], 'normalizer' | 'pre_tokenizer' | 'decoder' | 'model'>

/**
 * @param metadata the file's keys and values
 * @param file its path, for error messages
 * @throws UserError that names the key if the tokenizer is missing, broken or not supported
 */
export function tokenizerFromGguf(metadata: ReadonlyMap<string, unknown>, file: string): Tokenizer {
  const source = { metadata, file }
  const tokens = readList(source, 'tokens').map(String)
  const parts = { added_tokens: addedTokens(source, tokens), ...readParts(source, tokens) }
  const definition = { ...makeDefinition(parts), post_processor: readPostProcessor(source, tokens) }
  const eos = readToken(source, 'eos_token_id', tokens)
  const template = metadata.get('tokenizer.chat_template')
  const config = {
    eos_token: eos ?? refuse(source, 'eos_token_id', 'the end token is required.'),
    bos_token: readToken(source, 'bos_token_id', tokens),
    pad_token: readToken(source, 'padding_token_id', tokens),
    chat_template: typeof template === 'string' ? template : null,
    clean_up_tokenization_spaces: false,
  }
  return createTokenizer({ name: file, definition, config })
}

function get({ metadata }: Source, key: string): unknown {
  return metadata.get(`tokenizer.ggml.${key}`)
}

function refuse(source: Source, key: string, expected: string): never {
  const value = get(source, key)
  const problem = value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 80)}`
  const remedy = "Use the model's Hugging Face folder instead."
  throw new UserError(
    'bad_input',
    `${source.file}: "tokenizer.ggml.${key}" ${problem}; ${expected} ${remedy}`,
  )
}

function readText(source: Source, key: string): string {
  const value = get(source, key)
  return typeof value === 'string' ? value : refuse(source, key, 'it must be a text.')
}

function readList(source: Source, key: string): unknown[] {
  const value = get(source, key)
  return Array.isArray(value) ? value : refuse(source, key, 'it must be a list.')
}

/** The token whose id is under `key`, or null if the key is missing. */
function readToken(source: Source, key: string, tokens: readonly string[]): string | null {
  const id = get(source, key)
  if (id === undefined) return null
  const token = typeof id === 'number' ? tokens[id] : undefined
  return token ?? refuse(source, key, `there are ${tokens.length} tokens.`)
}

/** Names of `tokenizer.ggml.pre` whose texts begin with the begin token unless the file says otherwise (llama.cpp). */
const preWithBos: readonly unknown[] = ['llama-bpe', 'llama-v3', 'llama3']

function readPostProcessor(source: Source, tokens: readonly string[]): JsonObject | null {
  const addsByDefault = get(source, 'model') === 'llama' || preWithBos.includes(get(source, 'pre'))
  const token = readToken(source, 'bos_token_id', tokens)
  if (token === null || !((get(source, 'add_bos_token') ?? addsByDefault) === true)) return null
  return beginsWith(token, Number(get(source, 'bos_token_id')))
}

function addedTokens(source: Source, tokens: readonly string[]): JsonObject[] {
  const types = readList(source, 'token_type')
  return tokens.flatMap((content, id) => {
    const isSpecial = types[id] === tokenTypes.control
    return isSpecial || types[id] === tokenTypes.userDefined ? [addedTokenEntry(id, content, isSpecial)] : []
  })
}

function readParts(source: Source, tokens: readonly string[]): Parts {
  switch (readText(source, 'model')) {
    case 'gpt2':
      return byteLevelParts(source, tokens)
    case 'llama':
      return sentencePieceParts(source, tokens)
    default:
      return refuse(
        source,
        'model',
        'only "gpt2" (byte-level BPE) and "llama" (SentencePiece BPE) are supported.',
      )
  }
}

function byteLevelParts(source: Source, tokens: readonly string[]): Parts {
  const pre = readText(source, 'pre')
  if (!isWordsName(pre))
    return refuse(source, 'pre', `only ${Object.keys(wordsByName).join(', ')} are supported.`)
  const { normalizer, preTokenizer, ignoresMerges } = wordsByName[pre]
  return {
    normalizer,
    pre_tokenizer: preTokenizer,
    decoder: byteLevelOnly,
    model: bpeModel(tokens, readList(source, 'merges'), { ignore_merges: ignoresMerges }),
  }
}

/** The parts that Llama 2's tokenizer.json has. */
function sentencePieceParts(source: Source, tokens: readonly string[]): Parts {
  const scores = readList(source, 'scores').map(Number)
  const addsSpace = get(source, 'add_space_prefix') !== false
  const prepend = { type: 'Prepend', prepend: '▁' }
  const toMark = { type: 'Replace', pattern: { String: ' ' }, content: '▁' }
  const toSpace = { type: 'Replace', pattern: { String: '▁' }, content: ' ' }
  const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 }
  const decoders = [toSpace, { type: 'ByteFallback' }, { type: 'Fuse' }, ...(addsSpace ? [strip] : [])]
  return {
    normalizer: { type: 'Sequence', normalizers: [...(addsSpace ? [prepend] : []), toMark] },
    pre_tokenizer: null,
    decoder: { type: 'Sequence', decoders },
    model: bpeModel(tokens, mergesFromScores(tokens, scores), {
      unk_token: readToken(source, 'unknown_token_id', tokens),
      fuse_unk: true,
      byte_fallback: true,
    }),
  }
}

/**
 * SentencePiece joins the neighbours whose joint piece scores highest. As merges: every split of every piece
 * into two pieces, the best score first, then the longest left part (as Hugging Face converts such models).
 */
export function mergesFromScores(tokens: readonly string[], scores: readonly number[]): [string, string][] {
  const vocabulary = new Set(tokens)
  const merges: { left: string; right: string; score: number }[] = []
  for (const [id, token] of tokens.entries()) {
    for (let cut = 1; cut < token.length; cut++) {
      const left = token.slice(0, cut)
      const right = token.slice(cut)
      if (vocabulary.has(left) && vocabulary.has(right)) merges.push({ left, right, score: scores[id]! })
    }
  }
  merges.sort((a, b) => b.score - a.score || b.left.length - a.left.length)
  return merges.map(({ left, right }) => [left, right])
}
