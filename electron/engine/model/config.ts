/**
 * What a model is made of: one record for the Llama family (with Qwen2's biases) and GPT-2, checked for models
 * that would not be computed exactly, and the parameters that follow from it.
 */
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'

const count = z.int().positive()
/** Deeper than any model, and few enough to name every parameter. */
const MAX_LAYERS = 1000
const tokenId = z.int().nonnegative()

const ropeScalingSchema = z.strictObject({
  factor: z.number().positive(),
  lowFreqFactor: z.number().positive(),
  highFreqFactor: z.number().positive(),
  originalMaxPositions: count,
})

export const modelConfigSchema = z
  .strictObject({
    family: z.enum(['llama', 'gpt2']),
    /** Rows of the embedding; the tokenizer may have fewer tokens. */
    vocabSize: count,
    hiddenSize: count,
    intermediateSize: count,
    numLayers: count.max(MAX_LAYERS),
    numHeads: count,
    /** Each serves numHeads / numKvHeads heads. */
    numKvHeads: count,
    headDim: count,
    /** Longest sequence, in tokens. */
    maxPositions: count,
    normEps: z.number().positive(),
    /** Base of the rotary frequencies. GPT-2 learns its positions and does not look at it. */
    ropeTheta: z.number().positive(),
    /** Llama 3's stretching of the slow frequencies; null where there is none. */
    ropeScaling: ropeScalingSchema.nullable(),
    /** Biases of the query, key and value projections. */
    attentionBias: z.boolean(),
    attentionOutBias: z.boolean(),
    mlpBias: z.boolean(),
    /** Whether the output matrix is the embedding. */
    tiedEmbeddings: z.boolean(),
    activation: z.enum(['silu', 'gelu_tanh']),
    bosId: tokenId.nullable(),
    /** A response ends at any of these. */
    eosIds: z.array(tokenId),
    padId: tokenId.nullable(),
  })
  .superRefine((config, context) => {
    for (const { key, wrong } of contradictions(config))
      context.addIssue({ code: 'custom', path: [key], message: wrong })
  })

export type ModelConfig = z.infer<typeof modelConfigSchema>
export type RopeScaling = z.infer<typeof ropeScalingSchema>

/** `model_type` of config.json and `general.architecture` of GGUF. */
export const supportedArchitectures = ['llama', 'qwen2', 'gpt2'] as const
export type Architecture = (typeof supportedArchitectures)[number]

/** A scalar head at each position (reward or value), (1, C): beside the parameters of the model itself. */
export const scoreHead = 'score.weight'

interface Contradiction {
  key: keyof ModelConfig
  wrong: string
}

function contradictions(config: ModelConfig): Contradiction[] {
  const { family, numHeads, numKvHeads, headDim, hiddenSize, activation, vocabSize } = config
  const found: Contradiction[] = []
  const expect = (holds: boolean, key: keyof ModelConfig, wrong: string) =>
    holds || found.push({ key, wrong })
  expect(numHeads % numKvHeads === 0, 'numKvHeads', `${numKvHeads} does not divide the ${numHeads} heads`)
  if (family === 'gpt2') {
    expect(
      numHeads * headDim === hiddenSize,
      'hiddenSize',
      `${hiddenSize} is not a multiple of ${numHeads} heads`,
    )
    expect(numKvHeads === numHeads, 'numKvHeads', 'GPT-2 has one for each head')
    expect(
      config.attentionBias && config.attentionOutBias && config.mlpBias,
      'mlpBias',
      'GPT-2 has every bias',
    )
    expect(activation === 'gelu_tanh', 'activation', `${activation} is not GPT-2's gelu_tanh`)
  } else {
    expect(headDim % 2 === 0, 'headDim', `${headDim} is odd, so that it cannot be rotated in pairs`)
    expect(activation === 'silu', 'activation', `${activation} is not the Llama family's silu`)
  }
  for (const key of ['bosId', 'padId'] as const)
    expect((config[key] ?? 0) < vocabSize, key, `${config[key]} is outside the vocabulary of ${vocabSize}`)
  for (const id of config.eosIds)
    expect(id < vocabSize, 'eosIds', `${id} is outside the vocabulary of ${vocabSize}`)
  return found
}

/** What a file calls each of our keys, for errors. */
export type KeyNames = Partial<Record<keyof ModelConfig, string>>

/**
 * @param candidate what a file says, in our keys
 * @param file for the error
 * @throws UserError that names the file and its key
 */
export function checkConfig(
  candidate: Record<keyof ModelConfig, unknown>,
  file: string,
  keys: KeyNames,
): ModelConfig {
  const parsed = modelConfigSchema.safeParse(candidate)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const key = path[0] as keyof ModelConfig
  const wrong =
    candidate[key] === undefined ? 'is missing' : `is wrong: ${message.replace('Invalid input: ', '')}`
  const named = [keys[key] ?? key, ...path.slice(1)].join('.')
  throw new UserError(
    'bad_input',
    `${file}: the key "${named}" ${wrong}. Use the file that came with the model.`,
  )
}

/**
 * Refuses keys that would change what is computed. Absent and null are always right.
 * @param lookUp gives the file's value of a key
 * @param required the one supported value of each key
 */
export function refuseOtherValues(
  file: string,
  lookUp: (key: string) => unknown,
  required: Readonly<Record<string, unknown>>,
): void {
  for (const [key, wanted] of Object.entries(required)) {
    const value = lookUp(key) ?? wanted
    if (value === wanted) continue
    const text = JSON.stringify(value).slice(0, 80)
    const message = `${file}: the key "${key}" is ${text}, and such models cannot be run (only ${JSON.stringify(wanted)}).`
    throw new UserError('bad_input', message)
  }
}

export function checkArchitecture(name: unknown, file: string, key: string): Architecture {
  const architecture = supportedArchitectures.find((supported) => supported === name)
  if (architecture) return architecture
  const found = name === undefined ? 'is missing' : `is ${JSON.stringify(name).slice(0, 80)}`
  const message = `${file}: the key "${key}" ${found}. Models of these architectures can be run: ${supportedArchitectures.join(', ')}.`
  throw new UserError('bad_input', message)
}

/**
 * Every parameter under its Hugging Face name, in the order of the computation. A linear layer's weight is
 * (out, in), GPT-2's (in, out).
 */
export function parameterShapes(config: ModelConfig): Map<string, number[]> {
  return new Map(config.family === 'gpt2' ? gpt2Shapes(config) : llamaShapes(config))
}

type NamedShape = [name: string, shape: number[]]

function llamaShapes(config: ModelConfig): NamedShape[] {
  const { vocabSize: v, hiddenSize: c, numLayers } = config
  const layers = Array.from({ length: numLayers }, (_, n) =>
    llamaLayerShapes(config).map(([name, shape]): NamedShape => [`model.layers.${n}.${name}`, shape]),
  )
  const head: NamedShape[] = config.tiedEmbeddings ? [] : [['lm_head.weight', [v, c]]]
  return [['model.embed_tokens.weight', [v, c]], ...layers.flat(), ['model.norm.weight', [c]], ...head]
}

function llamaLayerShapes(config: ModelConfig): NamedShape[] {
  const { hiddenSize: c, intermediateSize: i, headDim, attentionBias, attentionOutBias, mlpBias } = config
  const [queries, keys] = [config.numHeads * headDim, config.numKvHeads * headDim]
  return [
    ['input_layernorm.weight', [c]],
    ...linearShapes('self_attn.q_proj', [queries, c], attentionBias),
    ...linearShapes('self_attn.k_proj', [keys, c], attentionBias),
    ...linearShapes('self_attn.v_proj', [keys, c], attentionBias),
    ...linearShapes('self_attn.o_proj', [c, queries], attentionOutBias),
    ['post_attention_layernorm.weight', [c]],
    ...linearShapes('mlp.gate_proj', [i, c], mlpBias),
    ...linearShapes('mlp.up_proj', [i, c], mlpBias),
    ...linearShapes('mlp.down_proj', [c, i], mlpBias),
  ]
}

function linearShapes(name: string, [out, into]: [number, number], bias: boolean): NamedShape[] {
  const weight: NamedShape = [`${name}.weight`, [out, into]]
  return bias ? [weight, [`${name}.bias`, [out]]] : [weight]
}

function gpt2Shapes(config: ModelConfig): NamedShape[] {
  const { vocabSize: v, hiddenSize: c, intermediateSize: i, maxPositions, numLayers } = config
  const block: NamedShape[] = [
    ...weightAndBias('ln_1', [c]),
    ...weightAndBias('attn.c_attn', [c, 3 * c]),
    ...weightAndBias('attn.c_proj', [c, c]),
    ...weightAndBias('ln_2', [c]),
    ...weightAndBias('mlp.c_fc', [c, i]),
    ...weightAndBias('mlp.c_proj', [i, c]),
  ]
  const blocks = Array.from({ length: numLayers }, (_, n) =>
    block.map(([name, shape]): NamedShape => [`transformer.h.${n}.${name}`, shape]),
  )
  const head: NamedShape[] = config.tiedEmbeddings ? [] : [['lm_head.weight', [v, c]]]
  const tables: NamedShape[] = [
    ['transformer.wte.weight', [v, c]],
    ['transformer.wpe.weight', [maxPositions, c]],
  ]
  return [...tables, ...blocks.flat(), ...weightAndBias('transformer.ln_f', [c]), ...head]
}

function weightAndBias(name: string, shape: number[]): NamedShape[] {
  return [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape.at(-1)!]],
  ]
}

/** The linear layers of attention and MLP, by name; tables and output heads are none of them. */
export function linearLayers(config: ModelConfig): Map<string, { input: number; output: number }> {
  const layers = new Map<string, { input: number; output: number }>()
  for (const [name, shape] of parameterShapes(config)) {
    const layer = /^((model\.layers|transformer\.h)\..*)\.weight$/.exec(name)?.[1]
    if (layer === undefined || shape.length !== 2) continue
    const [first, second] = shape as [number, number]
    const isConv1d = config.family === 'gpt2'
    layers.set(layer, isConv1d ? { input: first, output: second } : { input: second, output: first })
  }
  return layers
}
