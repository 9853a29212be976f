/** The hash by which records name a tokenizer: of everything that determines a text's ids, in a canonical form. */
import { createHash } from 'node:crypto'
import type { AddedToken } from './added-tokens.ts'
import { isObject, type JsonObject, readObject } from './json.ts'
import { readMerge } from './model.ts'

/**
 * SHA-256 of the JSON of added tokens (defaults filled in), model (merges as pairs), normalizer and pre-tokenizer, the
 * keys of every object sorted. Stored label sets and reward cards hold it, so its form must never change.
 */
export function hashDefinition(
  definition: JsonObject,
  addedTokens: readonly AddedToken[],
  file: string,
): string {
  const { normalizer = null, pre_tokenizer = null } = definition
  const model = readObject(definition.model, { file, key: 'model' })
  const { vocab, merges, ...options } = model
  const hash = createHash('sha256')
  hash.update(`{"addedTokens":${JSON.stringify(sortKeys(addedTokens))},"model":{`)
  const parts = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]): [string, () => string] => [key, () => JSON.stringify(sortKeys(value))])
  if ('vocab' in model) parts.push(['vocab', () => vocabJson(vocab)])
  if ('merges' in model) parts.push(['merges', () => mergesJson(merges, file)])
  let separator = ''
  for (const [key, json] of parts.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${separator}${JSON.stringify(key)}:${json()}`)
    separator = ','
  }
  hash.update('}')
  const rest = JSON.stringify(sortKeys({ normalizer, pre_tokenizer }))
  hash.update(`,${rest.slice(1)}`)
  return hash.digest('hex')
}

function mergesJson(merges: unknown, file: string): string {
  if (!Array.isArray(merges)) return JSON.stringify(sortKeys(merges))
  return JSON.stringify(merges.map((merge) => readMerge(merge, { file, key: 'model.merges' })))
}

/** As `sortKeys`, without a second object of 262,000 keys. JSON.stringify writes numbers among the keys first. */
function vocabJson(vocab: unknown): string {
  if (!isObject(vocab)) return JSON.stringify(sortKeys(vocab))
  const keys = Object.keys(vocab)
  const numbers = keys.filter(isIndex).sort((a, b) => Number(a) - Number(b))
  const others = keys.filter((key) => !isIndex(key)).sort()
  const entries = [...numbers, ...others].map((key) => `${JSON.stringify(key)}:${JSON.stringify(vocab[key])}`)
  return `{${entries.join(',')}}`
}

/** Whether objects keep the key among their numbers. */
function isIndex(key: string): boolean {
  const first = key.charCodeAt(0)
  if (key.length > 10 || first < 0x30 || first > 0x39) return false
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isObject(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key])]))
}
