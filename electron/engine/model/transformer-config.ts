/**
 * The settings that a transformer is computed from, whatever its family: one flat record, what contradicts what in
 * it, and how a file's values become one.
 */
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'

const count = z.int().positive()
/** More layers than any model has, and few enough to list every parameter's name. */
export const maxLayers = 1000
const tokenId = z.int().nonnegative()

/** Indices of layers, from 0. */
const layerList = z.array(z.int().nonnegative())

/**
 * What most models have of the settings that only some families use. Records that are older than a setting lack it,
 * and get this value.
 */
export const usualSettings = {
  slidingWindow: null,
  localLayers: [],
  localRopeTheta: null,
  unrotatedLayers: [],
  attentionScale: null,
  attentionSoftcap: null,
  logitSoftcap: null,
  partialRotary: 1,
  embeddingScale: 1,
  residualScale: 1,
  logitDivisor: 1,
  parallelResidual: false,
}

const factors = z.array(z.number().positive())

/** How the rotary frequencies are stretched for long contexts. Numbers are as in transformers' `rope_parameters`. */
const ropeScalingSchema = z.union([
  z.strictObject({
    /** Older records lack it. */
    type: z.literal('llama3').default('llama3'),
    factor: z.number().positive(),
    lowFreqFactor: z.number().positive(),
    highFreqFactor: z.number().positive(),
    originalMaxPositions: count,
  }),
  z.strictObject({ type: z.literal('linear'), factor: z.number().positive() }),
  z.strictObject({ type: z.literal('dynamic'), factor: z.number().positive() }),
  z.strictObject({
    type: z.literal('yarn'),
    factor: z.number().positive(),
    originalMaxPositions: count,
    /** What rotated numbers are multiplied by; null if it follows from the others. */
    attentionFactor: z.number().positive().nullable(),
    betaFast: z.number().positive(),
    betaSlow: z.number().positive(),
    mscale: z.number().nullable(),
    mscaleAllDim: z.number().nullable(),
    /** Whether the first and the last pair that are blended are whole numbers. */
    truncate: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('longrope'),
    /** How far the context is stretched; null for maxPositions / originalMaxPositions. */
    factor: z.number().positive().nullable(),
    /** As yarn's. */
    attentionFactor: z.number().positive().nullable(),
    /** The divisor of each rotated pair, in sequences of up to originalMaxPositions tokens. */
    shortFactors: factors,
    /** The divisor of each rotated pair, in longer sequences. */
    longFactors: factors,
    originalMaxPositions: count,
  }),
])

export const transformerFields = {
  /** Rows of the embedding; the tokenizer may have fewer tokens. */
  vocabSize: count,
  hiddenSize: count,
  intermediateSize: count,
  numLayers: count.max(maxLayers),
  numHeads: count,
  /** Each serves numHeads / numKvHeads heads. */
  numKvHeads: count,
  headDim: count,
  /** Longest sequence, in tokens. */
  maxPositions: count,
  normEps: z.number().positive(),
  /** Base of the rotary frequencies; unused by families that learn their positions. */
  ropeTheta: z.number().positive(),
  /** How the rotary frequencies are stretched, or null. */
  ropeScaling: ropeScalingSchema.nullable(),
  /** Biases of the query, key and value projections. */
  attentionBias: z.boolean(),
  attentionOutBias: z.boolean(),
  mlpBias: z.boolean(),
  /** Whether the output matrix is the embedding. */
  tiedEmbeddings: z.boolean(),
  activation: z.enum(['silu', 'gelu', 'gelu_tanh']),
  /** Positions that the local layers see: a token and those just before it. Null if every layer is global. */
  slidingWindow: count.nullable().default(usualSettings.slidingWindow),
  /** Layers that see only the sliding window; the others see everything before a token. */
  localLayers: layerList.default(usualSettings.localLayers),
  /** Base of the local layers' rotary frequencies, which are not stretched; null if they have the others'. */
  localRopeTheta: z.number().positive().nullable().default(usualSettings.localRopeTheta),
  /** Layers without positions: their queries and keys are not rotated. */
  unrotatedLayers: layerList.default(usualSettings.unrotatedLayers),
  /** What queries times keys are multiplied by; null for 1/sqrt(headDim). */
  attentionScale: z.number().positive().nullable().default(usualSettings.attentionScale),
  /** Bounds attention scores: s becomes c tanh(s/c). Null for none. */
  attentionSoftcap: z.number().positive().nullable().default(usualSettings.attentionSoftcap),
  /** Bounds logits in the same way. */
  logitSoftcap: z.number().positive().nullable().default(usualSettings.logitSoftcap),
  /** The share of each head's numbers, from the first, that are rotated. */
  partialRotary: z.number().positive().max(1).default(usualSettings.partialRotary),
  /** What embeddings are multiplied by. */
  embeddingScale: z.number().default(usualSettings.embeddingScale),
  /** What attention and MLP are multiplied by before they are added to the residual stream. */
  residualScale: z.number().default(usualSettings.residualScale),
  /** What logits are divided by. */
  logitDivisor: z.number().positive().default(usualSettings.logitDivisor),
  /** Whether attention and MLP have the same input, so that neither sees what the other adds. */
  parallelResidual: z.boolean().default(usualSettings.parallelResidual),
  bosId: tokenId.nullable(),
  /** A response ends at any of these. */
  eosIds: z.array(tokenId),
  padId: tokenId.nullable(),
}

const transformerConfigSchema = z.strictObject(transformerFields)

export type TransformerConfig = z.infer<typeof transformerConfigSchema>
export type RopeScaling = z.infer<typeof ropeScalingSchema>

/** What is wrong with a config, under the key to report. */
export interface Contradiction {
  key: keyof TransformerConfig
  message: string
}

/** A condition on a config, and the message if it does not hold. */
export type Expectation = readonly [holds: boolean, key: keyof TransformerConfig, message: string]

/** @returns a contradiction for each expectation that does not hold */
export function contradictionsIn(expectations: readonly Expectation[]): Contradiction[] {
  return expectations.filter(([holds]) => !holds).map(([, key, message]) => ({ key, message }))
}

/** What a file calls each of our keys, for errors. */
export type KeyNames = Partial<Record<keyof TransformerConfig, string>>

/** A config as a file gives it, not yet checked. */
export interface ConfigCandidate {
  values: Record<keyof TransformerConfig, unknown>
  keys: KeyNames
}

/**
 * Refuses keys that would change what is computed. A key that is missing or null is always accepted.
 * @param read returns the file's value of a key
 * @param required the one supported value of each key
 * @throws UserError that names the file and the key
 */
export function refuseOtherValues(
  file: string,
  read: (key: string) => unknown,
  required: Readonly<Record<string, unknown>>,
): void {
  for (const [key, supported] of Object.entries(required)) {
    const value = read(key) ?? supported
    if (value === supported) continue
    const text = JSON.stringify(value).slice(0, 80)
    const message = `${file}: the key "${key}" is ${text}, which is not supported (only ${JSON.stringify(supported)} is).`
    throw new UserError('bad_input', message)
  }
}
