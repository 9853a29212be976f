/**
 * A tokenizer made from the content of tokenizer.json: text to ids with the characters of each token, and
 * back.
 */
import { UserError } from '../../contract/errors.ts'
import type { Message } from '../../contract/records.ts'
import { type AddedToken, makeSplitter, readAddedTokens } from './added-tokens.ts'
import { type ChatTemplate, plainChat, readChatTemplate, type TemplateVariables } from './chat.ts'
import { displayBytes, makeDecoder, readDecoder } from './decoder.ts'
import { hashDefinition } from './definition-hash.ts'
import type { Encoding } from './encoding.ts'
import { type JsonObject, readObject } from './json.ts'
import { identityMap, type MappedText, sliceMapped } from './mapped-text.ts'
import { readModel } from './model.ts'
import { type NormalizerStep, normalize, readNormalizer } from './normalizer.ts'
import { readPrefix } from './post-processor.ts'
import { type PreTokenizerStep, preTokenize, readPreTokenizer } from './pre-tokenizer.ts'
import { enterStage } from './stage.ts'
import { closeThinking } from './thinking.ts'

export type { TemplateVariables }

/** What a tokenizer is made from; `saveTokenizer` writes both unchanged. */
export interface TokenizerFiles {
  /** Where it came from, for error messages: a file, or a GGUF file's metadata. */
  name: string
  /** Content of tokenizer.json. */
  definition: JsonObject
  /** Content of tokenizer_config.json, with the keys of {@link SpecialTokens} and `chat_template` filled in. */
  config: JsonObject & SpecialTokens & { chat_template: string | null }
}

/** Texts of the special tokens, as tokenizer_config.json has them. */
export interface SpecialTokens {
  eos_token: string
  bos_token: string | null
  pad_token: string | null
}

export interface Tokenizer {
  /** SHA-256 of everything that determines a text's ids, so without the chat template. */
  readonly hash: string
  /** Greatest id + 1. */
  readonly vocabSize: number
  /**
   * The token that ends a response: the one that the chat template writes after an answer, or else "eos_token". Models
   * are taught this one.
   */
  readonly eosId: number
  /** Its text. */
  readonly eosToken: string
  /** Every token that ends a response: {@link eosId} and "eos_token". */
  readonly eosIds: readonly number[]
  readonly bosId: number | null
  /** What a raw text begins with, as the post-processor says: usually nothing, or the begin token. */
  readonly prefixIds: readonly number[]
  /** The padding token, or else the end token. */
  readonly padId: number
  readonly files: TokenizerFiles
  /** Ids of plain text: no special token is added, and none is recognised in the text. */
  encode(text: string): number[]
  /**
   * The same with each token's characters, in UTF-16 units. Spans are in order and cover every character;
   * tokens that share a character of several bytes all have the whole character.
   */
  encodeWithOffsets(text: string): Encoding
  /**
   * Ids of a conversation by the chat template, whose special tokens are recognised; contents can't produce
   * any. Without a template: {@link prefixIds}, then `User:\n…\n\nAssistant:\n…` with the end token after each of
   * the assistant's messages.
   */
  encodeChat(messages: readonly Message[], options: { addGenerationPrompt: boolean }): number[]
  /** Whether the chat template knows thinking: it reads `enable_thinking`, or writes `<think>`. */
  readonly canThink: boolean
  /** What is passed to the chat template: as saved with the tokenizer, unless {@link withVariables} changed it. */
  readonly variables: TemplateVariables
  /** The same tokenizer with other variables. */
  withVariables(variables: TemplateVariables): Tokenizer
  /** Text of ids; an id without a token has none. Bytes that are not UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>, options?: { skipSpecial?: boolean }): string
  /** One token for display: its text, with `<0xE2>` for each byte that is not a whole character. */
  pieceOf(id: number): string
}

/** @throws UserError that names file and key if the definition can't be used */
export function createTokenizer(files: TokenizerFiles): Tokenizer {
  const { name, definition } = files
  const place = (key: string) => ({ file: name, key })
  const addedTokens = readAddedTokens(definition.added_tokens, place('added_tokens'))
  const { vocabulary, encode } = readModel(definition.model, place('model'), addedTokens)
  const normalizer = readNormalizer(definition.normalizer, place('normalizer'))
  const tokens = new Map<number, string>()
  for (const part of vocabulary) for (const [token, id] of part) tokens.set(id, token)
  const texts = { tokenOf: (id: number) => tokens.get(id), addedTokens, normalizer }
  const decoder = makeDecoder(readDecoder(definition.decoder, place('decoder')), texts)
  const preTokenizer = readPreTokenizer(definition.pre_tokenizer, place('pre_tokenizer'))
  const encodePlain = makePlainEncoder(normalizer, preTokenizer, addedTokens, encode)

  const idOf = (content: string) =>
    addedTokens.findLast((token) => token.content === content)?.id ??
    vocabulary.find((part) => part.has(content))?.get(content)
  const special = addedTokens.filter((token) => token.special)
  const specialIds = new Set(special.map(({ id }) => id))
  const ends = findEnds(files, idOf)
  const prefixIds = readPrefix(definition.post_processor, place('post_processor'))
  const chat = makeChatEncoder(files, special, { eosId: ends.eosId, prefixIds }, encodePlain)
  const turnEnd = once(() => findTurnEnd(chat({}), addedTokens, decoder.decode))
  const hash = once(() => hashDefinition(definition, addedTokens, name))
  const encodeWithOffsets = (text: string) => encodeWhole(encodePlain, text)
  const fixed: WithoutVariables = {
    get hash() {
      return hash()
    },
    vocabSize: countIds(tokens, addedTokens),
    get eosId() {
      return turnEnd()?.id ?? ends.eosId
    },
    get eosToken() {
      return turnEnd()?.content ?? files.config.eos_token
    },
    get eosIds() {
      return [...new Set([turnEnd()?.id ?? ends.eosId, ends.eosId])]
    },
    bosId: ends.bosId,
    padId: ends.padId,
    prefixIds,
    canThink: /enable_thinking|<think>/.test(files.config.chat_template ?? ''),
    encode: (text) => encodeWithOffsets(text).ids,
    encodeWithOffsets,
    decode(all, { skipSpecial = false } = {}) {
      enterStage('decoder')
      return decoder.decode(skipSpecial ? [...all].filter((id) => !specialIds.has(id)) : all)
    },
    pieceOf: (id) => displayBytes(decoder.bytesOf(id)),
  }
  return withVariables(fixed, { files, chat, variables: savedVariables(files) })
}

type WithoutVariables = Omit<Tokenizer, 'variables' | 'files' | 'encodeChat' | 'withVariables'>

interface Chat {
  files: TokenizerFiles
  chat: ChatEncoder
  variables: TemplateVariables
}

function withVariables(fixed: WithoutVariables, { files, chat, variables }: Chat): Tokenizer {
  const isSaved = Object.keys(variables).length > 0 || variablesKey in files.config
  const config = isSaved ? { ...files.config, [variablesKey]: variables } : files.config
  // The getters of `fixed` compute at first use, so it is not copied.
  return Object.create(fixed, {
    files: { value: { ...files, config }, enumerable: true },
    variables: { value: variables, enumerable: true },
    encodeChat: { value: chat(variables), enumerable: true },
    withVariables: {
      value: (other: TemplateVariables) => withVariables(fixed, { files, chat, variables: other }),
      enumerable: true,
    },
  })
}

/** Key of tokenizer_config.json; transformers ignores it. */
const variablesKey = 'chat_template_variables'

function savedVariables({ name, config }: TokenizerFiles): TemplateVariables {
  const saved = config[variablesKey]
  return saved === undefined || saved === null ? {} : readObject(saved, { file: name, key: variablesKey })
}

type Ends = Pick<Tokenizer, 'eosId' | 'bosId' | 'padId'>

function countIds(tokens: ReadonlyMap<number, string>, addedTokens: readonly AddedToken[]): number {
  let count = 0
  for (const id of tokens.keys()) count = Math.max(count, id + 1)
  for (const { id } of addedTokens) count = Math.max(count, id + 1)
  return count
}

function findEnds(
  { name, config }: TokenizerFiles,
  idOfToken: (content: string) => number | undefined,
): Ends {
  const idOf = (key: keyof SpecialTokens): number | null => {
    const content = config[key]
    if (content === null) return null
    const id = idOfToken(content)
    if (id !== undefined) return id
    const message = `${name}: "${key}" is ${JSON.stringify(content)}, which is not one of its tokens.`
    throw new UserError('bad_input', message)
  }
  const eosId = idOf('eos_token')!
  return { eosId, bosId: idOf('bos_token'), padId: idOf('pad_token') ?? eosId }
}

function once<T>(compute: () => T): () => T {
  let result: { value: T } | null = null
  return () => {
    result ??= { value: compute() }
    return result.value
  }
}

const probe = 'answer'

/** The first added token that a template writes after an answer; null if there is none. */
function findTurnEnd(
  encodeChat: Tokenizer['encodeChat'],
  addedTokens: readonly AddedToken[],
  decode: (ids: readonly number[]) => string,
): AddedToken | null {
  const ids = renderedAnswer(encodeChat)
  for (let from = ids.length - 1; from >= 0; from--) {
    if (!decode(ids.slice(from)).includes(probe)) continue
    const after = ids.slice(from).find((id) => addedTokens.some((token) => token.id === id))
    return addedTokens.find((token) => token.id === after) ?? null
  }
  return null
}

/** A template may refuse such a conversation. */
function renderedAnswer(encodeChat: Tokenizer['encodeChat']): number[] {
  try {
    return encodeChat(
      [
        { role: 'user', content: 'question' },
        { role: 'assistant', content: probe },
      ],
      { addGenerationPrompt: false },
    )
  } catch (error) {
    if (error instanceof UserError) return []
    throw error
  }
}

function encodeWhole(encodePlain: PlainEncoder, text: string): Encoding {
  const encoding: Encoding = { ids: [], offsets: [] }
  encodePlain(identityMap(text), true, encoding)
  closeGaps(encoding, text.length)
  return encoding
}

/** Encodes conversations with these variables of the template. */
type ChatEncoder = (variables: TemplateVariables) => Tokenizer['encodeChat']

function makeChatEncoder(
  files: TokenizerFiles,
  special: readonly AddedToken[],
  { eosId, prefixIds }: Pick<Tokenizer, 'eosId' | 'prefixIds'>,
  encodePlain: PlainEncoder,
): ChatEncoder {
  const template = readTemplate(files, special)
  if (!template) {
    return () =>
      (messages, { addGenerationPrompt }) => {
        const parts = plainChat(messages, addGenerationPrompt)
        const ids = parts.flatMap((part) => (part === null ? [eosId] : encodeWhole(encodePlain, part).ids))
        return [...prefixIds, ...ids]
      }
  }
  const splitSpecial = makeSplitter(special)
  return (variables) =>
    (messages, { addGenerationPrompt }) => {
      const { text: rendered, mark } = template.render(messages, addGenerationPrompt, variables)
      // A template that always opens a thinking block does not know this variable.
      const isClosed = addGenerationPrompt && variables.enable_thinking === false
      const text = isClosed ? closeThinking(rendered) : rendered
      const encoding: Encoding = { ids: [], offsets: [] }
      for (const { start, end, token } of splitSpecial(text)) {
        if (token) encoding.ids.push(token.id)
        else encodePlain(identityMap(text.slice(start, end).replaceAll(mark, '')), start === 0, encoding)
      }
      return encoding.ids
    }
}

type PlainEncoder = (text: MappedText, isFirst: boolean, encoding: Encoding) => void

/**
 * Encodes text without special tokens, in the order of the `tokenizers` library: added tokens of the raw
 * text, normalisation, added tokens of the normalised text, words, model.
 */
function makePlainEncoder(
  normalizer: readonly NormalizerStep[],
  preTokenizer: readonly PreTokenizerStep[],
  addedTokens: readonly AddedToken[],
  encodeWord: (word: MappedText, encoding: Encoding) => void,
): PlainEncoder {
  const ordinary = addedTokens.filter((token) => !token.special)
  const splitRaw = makeSplitter(ordinary.filter((token) => !token.normalized))
  const splitNormalized = makeSplitter(
    ordinary
      .filter((token) => token.normalized)
      .map((token) => ({ ...token, content: normalize(normalizer, identityMap(token.content)).text })),
  )

  function encodeSections(
    mapped: MappedText,
    split: typeof splitRaw,
    encoding: Encoding,
    encodeBetween: (section: MappedText, start: number) => void,
  ): void {
    for (const { start, end, token } of split(mapped.text)) {
      if (token) {
        encoding.ids.push(token.id)
        encoding.offsets.push([mapped.starts[start]!, mapped.ends[end - 1]!])
      } else {
        encodeBetween(sliceMapped(mapped, { start, end }), start)
      }
    }
  }

  return (text, isFirst, encoding) =>
    encodeSections(text, splitRaw, encoding, (raw, rawStart) => {
      enterStage('normalizer')
      encodeSections(normalize(normalizer, raw), splitNormalized, encoding, (section, start) => {
        const beginsText = isFirst && rawStart === 0 && start === 0
        enterStage('pre_tokenizer')
        const words = preTokenize(preTokenizer, section, beginsText)
        enterStage('model')
        for (const word of words) encodeWord(word, encoding)
      })
    })
}

/** Assigns characters that no token stands for (a normalizer dropped them) to the next token, or else to the last. */
function closeGaps({ offsets }: Encoding, length: number): void {
  let covered = 0
  for (const span of offsets) {
    span[0] = Math.min(span[0], covered)
    covered = Math.max(covered, span[1])
  }
  const last = offsets.at(-1)
  if (last) last[1] = length
}

function readTemplate({ name, config }: TokenizerFiles, special: readonly AddedToken[]): ChatTemplate | null {
  if (config.chat_template === null) return null
  const { eos_token, bos_token, pad_token } = config
  const variables = { eos_token, bos_token: bos_token ?? '', pad_token: pad_token ?? eos_token }
  const contents = special.map(({ content }) => content)
  return readChatTemplate(config.chat_template, name, contents, variables)
}
