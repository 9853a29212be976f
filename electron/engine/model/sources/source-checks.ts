/** Whether a model's parts belong together: its configuration, its parameters and its tokenizer. */
import { UserError } from '../../../contract/errors.ts'
import { shapeText } from '../../formats/safetensors.ts'
import type { ModelConfig } from '../config.ts'

export interface ExpectedParameter {
  name: string
  shape: readonly number[]
  /** Whether it has one row per token of the vocabulary. */
  isVocabulary: boolean
}

export interface ParameterCheck {
  /** Names and shapes as the file should have them. */
  expected: readonly ExpectedParameter[]
  present: ReadonlyMap<string, readonly number[]>
  /** Whether a parameter may be there although nothing needs it. */
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
  const fetchAgain = 'Get the configuration and the weights from one and the same model.'
  if (missing.length > 0) throw refuse(`${listed(missing)} missing. ${fetchAgain}`)
  for (const { name, shape, isVocabulary } of expected) {
    const found = present.get(name)!
    if (shapeText(found) === shapeText(shape)) continue
    const reason = isVocabulary ? 'The vocabulary is not the one of this model. ' : ''
    throw refuse(`${name} is ${shapeText(found)}, not ${shapeText(shape)}. ${reason}${fetchAgain}`)
  }
  const needed = new Set(expected.map(({ name }) => name))
  const extra = [...present.keys()].filter((name) => !needed.has(name) && !isIgnored(name))
  if (extra.length > 0)
    throw refuse(`${listed(extra)} not part of that model. It may be of an architecture that cannot be run.`)
}

/** The first few names, with the verb: `a, b, c and 17 more are`. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  const rest = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return `${shown}${rest} ${names.length === 1 ? 'is' : 'are'}`
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
    `The tokenizer of ${tokenizer} has ids up to ${tokenCount - 1}, but the model in ${model} knows only ` +
    `${config.vocabSize} tokens. Use the tokenizer that came with the model.`
  throw new UserError('bad_input', message)
}
