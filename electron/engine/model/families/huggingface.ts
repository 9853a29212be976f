/** What several families write alike in Hugging Face's config.json, as transformers 4 and 5 have it. */
import type { TransformerConfig } from '../transformer-config.ts'
import type { Json } from './family.ts'

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
