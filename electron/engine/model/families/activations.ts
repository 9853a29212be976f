/** How many numbers the backward pass keeps of a layer, for memory estimates. */
import type { TransformerConfig } from '../transformer-config.ts'

/** What a family's layers have that takes memory. */
export interface LayerParts {
  /** Normalisations of the hidden state. */
  norms: number
  /** Whether queries and keys are normalised. */
  hasQueryKeyNorm: boolean
}

/** The layers of Llama and GPT-2. */
export const plainParts: LayerParts = { norms: 2, hasQueryKeyNorm: false }

/**
 * Per token: the residual stream before attention and before the MLP, each norm's result (or input, if it follows a
 * branch), queries before and after rotation and scaled, keys before and after rotation, values, the attention's
 * result, what normalised queries and keys were, the MLP's gate, up and product, and scores and shares over the
 * sequence, with what is kept of a soft-cap. A plain MLP with GELU keeps about as much as a gated one: with this
 * formula, estimates for GPT-2 were within 15% of measured peaks.
 */
export function layerActivations(config: TransformerConfig, length: number, parts = plainParts): number {
  const { hiddenSize, intermediateSize, numHeads, numKvHeads, headDim, attentionSoftcap } = config
  const [queries, keys] = [numHeads * headDim, numKvHeads * headDim]
  const residual = (2 + parts.norms) * hiddenSize
  const heads = 4 * queries + 4 * keys + (parts.hasQueryKeyNorm ? queries + keys : 0)
  const scores = (attentionSoftcap === null ? 2 : 4) * numHeads * length
  return residual + heads + 3 * intermediateSize + scores
}
