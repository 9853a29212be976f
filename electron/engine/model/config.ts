/**
 * What a model is made of: its family and that family's settings, checked for models that would not be computed
 * exactly, and the parameters that follow from them.
 */
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import type { LinearLayout, Parameter } from './families/family.ts'
import { supportedActivations, type UnsupportedActivation } from './families/huggingface.ts'
import { type FamilyName, families, familyNames } from './families/index.ts'
import { rotatedPairs } from './rotary-frequencies.ts'
import { contradictionsIn, type Expectation, type KeyNames, transformerFields } from './transformer-config.ts'

export const modelConfigSchema = z
  .strictObject({
    family: z.enum(familyNames),
    /** Set if there is no output matrix, as in a reward model of another tool: it scores but cannot generate. */
    headless: z.literal(true).optional(),
    ...transformerFields,
  })
  .superRefine((config, context) => {
    for (const { key, message } of contradictions(config))
      context.addIssue({ code: 'custom', path: [key], message })
  })

export type ModelConfig = z.infer<typeof modelConfigSchema>

/** A scalar head at each position (reward or value), (1, C): beside the parameters of the model itself. */
export const scoreHead = 'score.weight'

function contradictions(config: ModelConfig) {
  const { family, numHeads, numKvHeads, vocabSize, bosId, eosIds, padId } = config
  const { numLayers, localLayers, slidingWindow } = config
  const areLayers = (key: 'localLayers' | 'unrotatedLayers'): Expectation => [
    config[key].every((layer) => layer < numLayers),
    key,
    `it names a layer that the model of ${numLayers} layers does not have`,
  ]
  const inVocabulary = (key: 'bosId' | 'eosIds' | 'padId', id: number | null): Expectation => [
    id === null || id < vocabSize,
    key,
    `${id} is outside the vocabulary of ${vocabSize}`,
  ]
  return [
    ...contradictionsIn([
      [numHeads % numKvHeads === 0, 'numKvHeads', `${numKvHeads} does not divide the ${numHeads} heads`],
      areLayers('localLayers'),
      areLayers('unrotatedLayers'),
      [
        localLayers.length === 0 || slidingWindow !== null,
        'slidingWindow',
        'local layers need the number of positions that they see',
      ],
    ]),
    ...contradictionsIn(longropeExpectations(config)),
    ...families[family].contradictions(config),
    ...contradictionsIn([
      inVocabulary('bosId', bosId),
      inVocabulary('padId', padId),
      ...eosIds.map((id) => inVocabulary('eosIds', id)),
    ]),
  ]
}

function longropeExpectations(config: ModelConfig): Expectation[] {
  const { ropeScaling: scaling } = config
  if (scaling?.type !== 'longrope') return []
  const pairs = rotatedPairs(config)
  const hasAll = (kind: string, { length }: readonly number[]): Expectation => [
    length === pairs,
    'ropeScaling',
    `it has ${length} ${kind} factors for ${pairs} pairs of rotated numbers`,
  ]
  return [hasAll('short', scaling.shortFactors), hasAll('long', scaling.longFactors)]
}

/**
 * @param candidate what a file says, in our keys
 * @param file for the error
 * @throws UserError that names the file and its key
 */
export function checkConfig(
  candidate: Record<Exclude<keyof ModelConfig, 'headless'>, unknown>,
  file: string,
  keys: KeyNames,
): ModelConfig {
  refuseUnsupportedActivation(candidate.activation, file, keys.activation ?? 'activation')
  const parsed = modelConfigSchema.safeParse(candidate)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const key = path[0] as keyof typeof candidate
  const problem =
    candidate[key] === undefined ? 'is missing' : `is wrong: ${message.replace('Invalid input: ', '')}`
  const fileKey = key === 'family' ? key : (keys[key] ?? key)
  throw new UserError(
    'bad_input',
    `${file}: the key "${[fileKey, ...path.slice(1)].join('.')}" ${problem}. Use the file that came with the model.`,
  )
}

function refuseUnsupportedActivation(activation: unknown, file: string, key: string): void {
  if (typeof activation !== 'object' || activation === null || !('unsupported' in activation)) return
  const { unsupported } = activation as UnsupportedActivation
  const message = `${file}: the key "${key}" is ${JSON.stringify(unsupported)?.slice(0, 80)}, which is not supported. Supported: ${supportedActivations.join(', ')}.`
  throw new UserError('bad_input', message)
}

/**
 * The family of an architecture.
 * @param kind of the file that names it
 * @param name the value of the file's `key`
 * @throws UserError that names the file, the key and the supported architectures
 */
export function familyOfArchitecture(
  kind: 'huggingFace' | 'gguf',
  name: unknown,
  file: string,
  key: string,
): { family: FamilyName; architecture: string } {
  const supported = familyNames.flatMap((family) =>
    families[family][kind].architectures.map((architecture) => ({ family, architecture })),
  )
  const match = supported.find(({ architecture }) => architecture === name)
  if (match) return match
  const problem = name === undefined ? 'is missing' : `is ${JSON.stringify(name).slice(0, 80)}`
  throw new UserError(
    'bad_input',
    `${file}: the key "${key}" ${problem}. Supported architectures: ${supported.map(({ architecture }) => architecture).join(', ')}.`,
  )
}

/** Every parameter of the model itself, in the order of the computation, under its full names. */
export function parametersOf(config: ModelConfig): Parameter[] {
  const family = families[config.family]
  const { beforeLayers, layer, afterLayers } = family.parameters(config)
  const layers = Array.from({ length: config.numLayers }, (_, n) =>
    layer.map((parameter) => ({
      ...parameter,
      name: `${family.layerPrefix(n)}${parameter.name}`,
      ggufName: `blk.${n}.${parameter.ggufName}`,
    })),
  )
  return [...beforeLayers, ...layers.flat(), ...afterLayers, ...ownOutputMatrix(config)]
}

function ownOutputMatrix(config: ModelConfig): Parameter[] {
  const { family, tiedEmbeddings, headless, vocabSize, hiddenSize } = config
  if (tiedEmbeddings || headless) return []
  return [
    {
      name: families[family].outputMatrix,
      ggufName: 'output.weight',
      shape: [vocabSize, hiddenSize],
      role: 'vocabulary',
      isRotated: false,
    },
  ]
}

/** Shapes by Hugging Face name, in the order of the computation. */
export function parameterShapes(config: ModelConfig): Map<string, number[]> {
  return new Map(parametersOf(config).map(({ name, shape }) => [name, shape]))
}

/** Numbers that one position of a linear layer takes and gives. */
export interface LinearLayer {
  input: number
  output: number
}

/** The linear layers of attention and MLP, by name: all but tables and heads. */
export function linearLayers(config: ModelConfig): Map<string, LinearLayer> {
  const { linearLayout } = families[config.family]
  return new Map(
    parametersOf(config)
      .filter(({ role }) => role === 'linear' || role === 'residual')
      .map(({ name, shape }) => [name.replace(/\.weight$/, ''), linearSize(shape, linearLayout)]),
  )
}

/** @param shape of a linear layer's matrix */
export function linearSize(shape: readonly number[], layout: LinearLayout): LinearLayer {
  const [first, second] = shape as [number, number]
  return layout === 'in-out' ? { input: first, output: second } : { input: second, output: first }
}
