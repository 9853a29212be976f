/** How a model's layers look their parameters up: by name, with adapters and with what is trained, and by layer. */
import type * as tf from '@tensorflow/tfjs-core'
import type { PackedMatrix } from '../runtime/packed-matrix.ts'

/** What an adapter adds to one linear layer. */
export interface LowRank {
  /** (rank, in) */
  a: tf.Tensor
  /** (out, rank) */
  b: tf.Tensor
}

/** The names of a linear layer's adapter, which are PEFT's. */
export function adapterNames(layer: string): { a: string; b: string } {
  return { a: `${layer}.lora_A.weight`, b: `${layer}.lora_B.weight` }
}

/** Looks a parameter up by its Hugging Face name. */
export interface Weights {
  (name: string): tf.Tensor
  /** The adapter of a linear layer, by the layer's name; without this lookup no layer has one. */
  adapter?(layer: string): LowRank | null
  /** A parameter that gets a gradient; without this lookup none does. */
  trained?(name: string): tf.Tensor | undefined
  /** A frozen matrix that is kept in 8 bits, or null; without this lookup none is. */
  packed?(name: string): PackedMatrix | null
}

/** The weights whose names begin with `prefix`, by the rest of their names. */
export function within(weights: Weights, prefix: string): Weights {
  const rest: Weights = (name) => weights(prefix + name)
  rest.adapter = (layer) => weights.adapter?.(prefix + layer) ?? null
  rest.trained = (name) => weights.trained?.(prefix + name)
  rest.packed = (name) => weights.packed?.(prefix + name) ?? null
  return rest
}

/** The lookup with other tensors under some names. */
export function replaced(w: Weights, tensors: ReadonlyMap<string, tf.Tensor>): Weights {
  const lookup: Weights = (name) => tensors.get(name) ?? w(name)
  lookup.packed = (name) => w.packed?.(name) ?? null
  lookup.adapter = (layer) => {
    const adapter = w.adapter?.(layer)
    const { a, b } = adapterNames(layer)
    return adapter ? { a: tensors.get(a) ?? adapter.a, b: tensors.get(b) ?? adapter.b } : null
  }
  return lookup
}
