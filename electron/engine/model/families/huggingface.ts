/** What several families write alike in Hugging Face's config.json, as transformers 4 and 5 have it. */
import { maxLayers, type TransformerConfig } from '../transformer-config.ts'
import type { Json } from './family.ts'

export const tokenKeys = { bosId: 'bos_token_id', eosIds: 'eos_token_id', padId: 'pad_token_id' } as const

const activations: Record<string, TransformerConfig['activation'] | undefined> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  gelu_python_tanh: 'gelu_tanh',
  gelu_accurate: 'gelu_tanh',
}

/** What config.json calls each activation. */
export const activationNames: Record<TransformerConfig['activation'], string> = {
  silu: 'silu',
  gelu: 'gelu',
  gelu_tanh: 'gelu_new',
}

/** An activation of a file that no family computes. */
export interface UnsupportedActivation {
  unsupported: unknown
}

/** The names that a file may have for an activation. */
export const supportedActivations: readonly string[] = Object.keys(activations)

/** @returns our name for the activation, or the file's as unsupported */
export function activationOf(name: unknown): TransformerConfig['activation'] | UnsupportedActivation {
  const known = typeof name === 'string' && Object.hasOwn(activations, name) ? activations[name] : undefined
  return known ?? { unsupported: name }
}

/** @param defaults used if a key is missing; null in the file means none */
export function specialTokens(json: Json, defaults: { bos?: number; eos?: number; pad?: number }) {
  const { bos_token_id: bos, eos_token_id: eos = defaults.eos, pad_token_id: pad = defaults.pad } = json
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

/** Every layer of a model with this many, for a list of them; none if the number is wrong, which is refused anyway. */
export function everyLayer(numLayers: unknown): number[] {
  const isCount = Number.isInteger(numLayers) && Number(numLayers) > 0 && Number(numLayers) <= maxLayers
  return isCount ? [...Array(numLayers).keys()] : []
}
