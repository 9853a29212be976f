/** What a forward pass works on: the batch, the key/value cache, and the place of a layer in the stack. */
import type * as tf from '@tensorflow/tfjs-core'
import type { Variable } from '../../runtime/variable.ts'
import type { TransformerConfig } from '../transformer-config.ts'
import type { Weights } from '../weights.ts'

export interface SequenceBatch {
  /** int32 (B, T) */
  ids: tf.Tensor
  /** int32 (B, T): position of each token in its own sequence, padding not counted */
  positions: tf.Tensor
  /** float32 (B, 1, T, S): 0 if a query may look at a key, very negative if not */
  attentionBias: tf.Tensor
  /** Compute each layer again in the backward pass and keep only its input. */
  recomputeLayers?: boolean
}

/** Keys and values of the positions already computed, one pair per layer, each (B, NK, S, H). */
export interface KvCache {
  keys: Variable[]
  values: Variable[]
  /** int32 scalar: slot of this call's first position */
  position: tf.Tensor
  /** int32 (B): first slot that is not padding; set when one position is computed, and all before it are cached */
  firstReal?: tf.Tensor
}

export interface ForwardPass {
  config: TransformerConfig
  weights: Weights
  batch: SequenceBatch
  cache: KvCache | undefined
  layers: LayerNames
}

/** Where the parameters of the layers are found. */
export interface LayerNames {
  /** Begins the names of layer n. */
  prefix(n: number): string
  /** Every parameter of one layer, without the prefix. */
  parameters: readonly string[]
}

/** Tensors that all layers use and that get no gradient, such as the attention bias. A missing one has no key. */
export type SharedTensors<Names extends PropertyKey = string> = { [Name in Names]?: tf.Tensor }

/** What one layer is computed with, besides its parameters and its input. */
export interface LayerContext<Shared> {
  config: TransformerConfig
  /** int32 (B, T) */
  ids: tf.Tensor
  /** From 0. */
  layer: number
  cache: KvCache | undefined
  shared: Shared
}
