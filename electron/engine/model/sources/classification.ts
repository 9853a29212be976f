/**
 * Reward models as Hugging Face folders: `…ForSequenceClassification` scores a text at its last token that is not
 * padding, `…ForTokenClassification` at each token. Both with one label; anything else is refused by name.
 */
import { UserError } from '../../../contract/errors.ts'
import { shapeText } from '../../formats/safetensors.ts'
import { type ModelConfig, scoreHead } from '../config.ts'
import type { Json } from '../families/family.ts'
import { families } from '../families/index.ts'

/** Whether the head is read once per text or at each token. */
export type ClassificationKind = 'sequence' | 'token'

export interface Classification {
  kind: ClassificationKind
  /** As config.json names it, for messages. */
  architecture: string
}

const classNames: Record<ClassificationKind, string> = {
  sequence: 'ForSequenceClassification',
  token: 'ForTokenClassification',
}

/** What the class of the model in config.json says; null for a model that is not a classifier. */
export function classificationOf(json: Json): Classification | null {
  const [architecture] = Array.isArray(json.architectures) ? json.architectures : []
  if (typeof architecture !== 'string') return null
  const kinds = Object.keys(classNames) as ClassificationKind[]
  const kind = kinds.find((each) => architecture.endsWith(classNames[each]))
  return kind ? { kind, architecture } : null
}

/** The class under which transformers loads a reward model. @param architectures those of the language model */
export function classificationName(
  config: ModelConfig,
  architectures: unknown,
  kind: ClassificationKind,
): string {
  const [languageModel] = Array.isArray(architectures) ? architectures : []
  const { classification } = families[config.family].huggingFace
  const stem = classification?.stem ?? String(languageModel).replace(/(ForCausalLM|LMHeadModel)$/, '')
  return stem + classNames[kind]
}

/** @returns the class under which transformers would load a reward model, if it does not have it; or else null */
export function missingClass(config: ModelConfig, kind: ClassificationKind): string | null {
  const { classification, write } = families[config.family].huggingFace
  if (!classification?.missing?.includes(kind)) return null
  return classificationName(config, write(config).architectures, kind)
}

/** The head's name in files: some families call that for tokens `classifier`. */
export function headName(config: ModelConfig, kind: ClassificationKind): string {
  const { classification } = families[config.family].huggingFace
  return kind === 'token' ? `${classification?.tokenHead ?? 'score'}.weight` : scoreHead
}

export interface HeadSource {
  config: ModelConfig
  json: Json
  /** Shapes by name, and values. */
  shapes: ReadonlyMap<string, readonly number[]>
  read(name: string): Float32Array
  /** Paths, for errors. */
  configuration: string
  weights: string
}

/**
 * @returns the names of the head's tensors in the file
 * @throws UserError that names the head if it is not a single linear output without bias
 */
export function classifierHead({ kind, architecture }: Classification, source: HeadSource) {
  const { config, shapes, weights } = source
  const weight = headName(config, kind)
  const bias = weight.replace(/weight$/, 'bias')
  const shape = shapes.get(weight)
  const refuse = (what: string) =>
    new UserError(
      'bad_input',
      `${weights}: ${architecture} cannot serve as a reward model: ${what} A reward model has one label, the linear head ${weight} (1×${config.hiddenSize}), and no bias.`,
    )
  if (!shape) throw refuse(`it has no ${weight}${otherHeads(shapes)}.`)
  if (shape[0] !== 1)
    throw refuse(`it has ${shape[0]} labels${labelNames(source.json)} (${weight} is ${shapeText(shape)}).`)
  if (shapes.has(bias) && source.read(bias).some((value) => value !== 0))
    throw refuse(`it has a bias (${bias}).`)
  return { weight, bias }
}

/** The tensors that look like a head of another form. */
function otherHeads(shapes: HeadSource['shapes']): string {
  const names = [...shapes.keys()].filter((name) => /head|classifier|score|regress|summary/.test(name))
  return names.length > 0 ? `, but ${names.slice(0, 4).join(', ')}` : ''
}

function labelNames({ id2label }: Json): string {
  if (typeof id2label !== 'object' || id2label === null) return ''
  const names = Object.values(id2label).filter((name) => typeof name === 'string')
  return names.length > 0 ? `: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}` : ''
}

/** What config.json has for a reward model instead of the language model's class. */
export function classificationJson(config: ModelConfig, languageModel: Json, kind: ClassificationKind): Json {
  return {
    architectures: [classificationName(config, languageModel.architectures, kind)],
    num_labels: 1,
    id2label: { 0: 'reward' },
    label2id: { reward: 0 },
    // Tools that apply a sigmoid to one label show the score as it is.
    problem_type: 'regression',
    // transformers; vLLM has no bias in any case.
    ...(kind === 'token' && { token_classification_bias: false }),
  }
}
