/** What several families write alike in Hugging Face's config.json, as transformers 4 and 5 have it. */
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import { type RopeScaling, refuseOtherValues, type TransformerConfig } from '../transformer-config.ts'
import type { HuggingFaceConfig, Json } from './family.ts'

export const tokenKeys = { bosId: 'bos_token_id', eosIds: 'eos_token_id', padId: 'pad_token_id' } as const

const activations: Record<string, TransformerConfig['activation'] | undefined> = {
  silu: 'silu',
  swish: 'silu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
}

/** @returns our name for the activation, or the file's if we have none */
export function activationOf(name: unknown): unknown {
  return typeof name === 'string' ? (activations[name] ?? name) : name
}

/** @param defaults used if a key is missing; null in the file means none */
export function specialTokens(json: Json, defaults: { bos?: number; eos?: number }) {
  const { bos_token_id: bos, eos_token_id: eos = defaults.eos, pad_token_id: pad } = json
  return {
    bosId: bos === undefined ? (defaults.bos ?? null) : bos,
    eosIds: eosIdsOf(eos),
    padId: pad === undefined || pad === -1 ? null : pad, // -1: none, as early Llama conversions have it
  }
}

/** The list that an `eos_token_id` stands for, which may be a list, one id, null or missing. */
export function eosIdsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value ?? []].flat()
}

export const defaultRopeTheta = 10_000

const scaling = z.object({
  factor: z.number(),
  low_freq_factor: z.number(),
  high_freq_factor: z.number(),
  original_max_position_embeddings: z.number(),
})

/** transformers 5 keeps everything in `rope_parameters`, 4 in `rope_theta` and `rope_scaling`. */
export function ropeSettings({ json, file }: HuggingFaceConfig): {
  ropeTheta: unknown
  ropeScaling: RopeScaling | null
} {
  const key = json.rope_parameters ? 'rope_parameters' : 'rope_scaling'
  const parsed = z.looseObject({}).nullish().safeParse(json[key])
  if (!parsed.success) throw new UserError('bad_input', `${file}: the key "${key}" is not an object.`)
  const parameters: Json = parsed.data ?? {}
  const type = parameters.rope_type ?? parameters.type ?? 'default'
  const ropeTheta = parameters.rope_theta ?? json.rope_theta ?? defaultRopeTheta
  if (type === 'default') return { ropeTheta, ropeScaling: null }
  refuseOtherValues(file, () => type, { [`${key}.rope_type`]: 'llama3' })
  return { ropeTheta, ropeScaling: llama3Scaling(parameters, file, key) }
}

function llama3Scaling(parameters: Json, file: string, key: string): RopeScaling {
  const parsed = scaling.safeParse(parameters)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new UserError('bad_input', `${file}: the key "${key}.${path.join('.')}" is wrong: ${message}.`)
  }
  return {
    factor: parsed.data.factor,
    lowFreqFactor: parsed.data.low_freq_factor,
    highFreqFactor: parsed.data.high_freq_factor,
    originalMaxPositions: parsed.data.original_max_position_embeddings,
  }
}

/** `rope_scaling` of config.json. */
export function ropeScalingJson(ropeScaling: RopeScaling | null): Json | null {
  if (ropeScaling === null) return null
  return {
    rope_type: 'llama3',
    factor: ropeScaling.factor,
    low_freq_factor: ropeScaling.lowFreqFactor,
    high_freq_factor: ropeScaling.highFreqFactor,
    original_max_position_embeddings: ropeScaling.originalMaxPositions,
  }
}
