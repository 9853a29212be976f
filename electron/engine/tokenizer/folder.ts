/** Tokenizers in a Hugging Face model folder: read, and written so that the folder is complete. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { writeFileAtomic } from '../formats/atomic.ts'
import { readDefinition, readJsonObject } from './definition-file.ts'
import { isObject, type JsonObject, readObject, refuse } from './json.ts'
import { createTokenizer, type SpecialTokens, type Tokenizer, type TokenizerFiles } from './tokenizer.ts'

/** The files in which special tokens are searched for: the first that has the key decides. */
interface SpecialTokenFiles {
  definition: JsonObject
  tokenizerConfig: JsonObject
  specialTokensMap: JsonObject
  modelConfig: JsonObject
}

/**
 * Reads tokenizer.json and tokenizer_config.json of a folder, and special_tokens_map.json, config.json (ids) and
 * chat_template.jinja for what these do not say.
 * @throws UserError that names the file and the key
 */
export function loadTokenizer(folder: string): Tokenizer {
  const definitionFile = path.join(folder, 'tokenizer.json')
  if (!existsSync(definitionFile)) {
    throw new UserError(
      'not_found',
      `${folder} has no tokenizer.json. If it has another kind of tokenizer file, load it with Python's ` +
        'transformers (AutoTokenizer) and save it again: that writes tokenizer.json.',
    )
  }
  const optional = (name: string) => {
    const file = path.join(folder, name)
    return existsSync(file) ? readJsonObject(file) : {}
  }
  const definition = readDefinition(definitionFile)
  const tokenizerConfig = optional('tokenizer_config.json')
  const files: SpecialTokenFiles = {
    definition,
    tokenizerConfig,
    specialTokensMap: optional('special_tokens_map.json'),
    modelConfig: optional('config.json'),
  }
  const eos = findSpecialToken('eos_token', files, folder) ?? idToken('eos_token', files)
  if (eos === null) {
    const place = { file: path.join(folder, 'tokenizer_config.json'), key: 'eos_token' }
    return refuse(place, tokenizerConfig.eos_token, 'the token that ends a text is required.')
  }
  const config: TokenizerFiles['config'] = {
    ...tokenizerConfig,
    eos_token: eos,
    bos_token: findSpecialToken('bos_token', files, folder),
    pad_token: findSpecialToken('pad_token', files, folder),
    chat_template: findTemplate(folder, tokenizerConfig),
  }
  return createTokenizer({ name: definitionFile, definition, config })
}

/**
 * Writes tokenizer.json and tokenizer_config.json (chat template included) into a folder that exists.
 * @throws UserError as {@link writeFileAtomic} does
 */
export async function saveTokenizer(tokenizer: Tokenizer, folder: string): Promise<void> {
  const { files } = tokenizer
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...files.config,
    eos_token: savedEnd(tokenizer),
  }
  await writeFileAtomic(path.join(folder, 'tokenizer.json'), [`${JSON.stringify(files.definition)}\n`])
  await writeFileAtomic(path.join(folder, 'tokenizer_config.json'), [`${JSON.stringify(config, null, 2)}\n`])
}

/** What models are taught, unless the template also writes "eos_token", where another text would change prompts. */
function savedEnd({ eosToken, files: { config } }: Tokenizer): string {
  return config.chat_template?.includes('eos_token') ? config.eos_token : eosToken
}

function findSpecialToken(key: keyof SpecialTokens, files: SpecialTokenFiles, folder: string): string | null {
  for (const [name, file] of [
    ['tokenizer_config.json', files.tokenizerConfig],
    ['special_tokens_map.json', files.specialTokensMap],
  ] as const) {
    if (!(key in file)) continue
    const value = file[key]
    const content = isObject(value) ? value.content : value
    if (content === null || typeof content === 'string') return content
    return refuse({ file: path.join(folder, name), key }, value, 'it must be a token.')
  }
  return idToken(key, files)
}

/** The token whose id config.json gives, the first one if it lists several. */
function idToken(key: keyof SpecialTokens, { definition, modelConfig }: SpecialTokenFiles): string | null {
  const value = modelConfig[`${key}_id`]
  const id: unknown = Array.isArray(value) ? value[0] : value
  if (typeof id !== 'number') return null
  const added = Array.isArray(definition.added_tokens) ? definition.added_tokens : []
  const token = added.find((each) => isObject(each) && each.id === id)
  if (isObject(token) && typeof token.content === 'string') return token.content
  const vocab = isObject(definition.model) ? definition.model.vocab : null
  if (Array.isArray(vocab)) return String(vocab[id]?.[0])
  return isObject(vocab) ? (Object.keys(vocab).find((content) => vocab[content] === id) ?? null) : null
}

/** chat_template.jinja takes precedence over the key "chat_template": a text, or named ones with a "default". */
function findTemplate(folder: string, tokenizerConfig: JsonObject): string | null {
  const file = path.join(folder, 'chat_template.jinja')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const value = tokenizerConfig.chat_template ?? null
  if (value === null || typeof value === 'string') return value
  const place = { file: path.join(folder, 'tokenizer_config.json'), key: 'chat_template' }
  const named = Array.isArray(value) ? value.map((each) => readObject(each, place)) : []
  const template = named.find(({ name }) => name === 'default')?.template
  return typeof template === 'string'
    ? template
    : refuse(place, value, 'a template named "default" is required.')
}
