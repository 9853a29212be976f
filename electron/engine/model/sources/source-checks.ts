/** Checks that a model's parts belong together: its configuration, its parameters and its tokenizer. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import { shapeText } from '../../formats/safetensors.ts'
import { readDefinition } from '../../tokenizer/definition-file.ts'
import type { ModelConfig } from '../config.ts'

export interface ExpectedParameter {
  name: string
  shape: readonly number[]
  /** Whether it has one row per token of the vocabulary. */
  isVocabulary: boolean
}

export interface ParameterCheck {
  /** Under the names that the file should have. */
  expected: readonly ExpectedParameter[]
  present: ReadonlyMap<string, readonly number[]>
  /** Whether a parameter may be there although the model does not need it. */
  isIgnored(name: string): boolean
  /** Where the parameters and the configuration are, for errors. */
  weights: string
  configuration: string
}

/** @throws UserError that names what is missing, has another shape, or is unexplained */
export function checkParameters({
  expected,
  present,
  isIgnored,
  weights,
  configuration,
}: ParameterCheck): void {
  const refuse = (what: string) =>
    new UserError('bad_input', `${weights} does not fit ${configuration}: ${what}`)
  const missing = expected.filter(({ name }) => !present.has(name)).map(({ name }) => name)
  const advice = 'Use the configuration and the weights of the same model.'
  if (missing.length > 0) throw refuse(`${listed(missing)} missing. ${advice}`)
  for (const { name, shape, isVocabulary } of expected) {
    const shapeInFile = present.get(name)!
    if (shapeText(shapeInFile) === shapeText(shape)) continue
    const reason = isVocabulary ? 'It has another vocabulary. ' : ''
    throw refuse(`${name} is ${shapeText(shapeInFile)}, not ${shapeText(shape)}. ${reason}${advice}`)
  }
  const needed = new Set(expected.map(({ name }) => name))
  const extra = [...present.keys()].filter((name) => !needed.has(name) && !isIgnored(name))
  if (extra.length > 0)
    throw refuse(`${listed(extra)} not part of this model. Its architecture may not be supported.`)
}

/** The first few names, with the verb: `a, b, c and 17 more are`. */
function listed(names: readonly string[]): string {
  const first = names.slice(0, 3).join(', ')
  const rest = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return `${first}${rest} ${names.length === 1 ? 'is' : 'are'}`
}

/**
 * A tokenizer may have fewer tokens than the embedding has rows, which are often rounded up, but not more.
 * @param tokenCount one more than the tokenizer's largest id
 */
export function checkVocabulary(
  tokenCount: number,
  config: ModelConfig,
  tokenizer: string,
  model: string,
): void {
  if (tokenCount <= config.vocabSize) return
  const message =
    `The tokenizer of ${tokenizer} has ids up to ${tokenCount - 1}, but the model in ${model} has only ` +
    `${config.vocabSize} tokens. Use the tokenizer that came with the model.`
  throw new UserError('bad_input', message)
}

const tokenizerSchema = z.object({
  model: z.object({ vocab: z.custom<object>((vocab) => typeof vocab === 'object' && vocab !== null) }),
  added_tokens: z.array(z.object({ id: z.number() })).default([]),
})

/** Ignores a tokenizer that it can't read; the tokenizer's reader reports what is wrong. */
export function checkTokenizer(folder: string, config: ModelConfig): void {
  const file = path.join(folder, 'tokenizer.json')
  if (!existsSync(file)) return
  const parsed = tokenizerSchema.safeParse(readDefinition(file))
  if (!parsed.success) return
  const { model, added_tokens: added } = parsed.data
  const ids: unknown[] = Array.isArray(model.vocab) ? [model.vocab.length - 1] : Object.values(model.vocab)
  const largest = [...ids, ...added.map(({ id }) => id)].reduce<number>(
    (max, id) => (typeof id === 'number' ? Math.max(max, id) : max),
    -1,
  )
  checkVocabulary(largest + 1, config, file, folder)
}
