/** How many numbers the backward pass keeps of a layer, which memory estimates are made from. */
import type { TransformerConfig } from '../transformer-config.ts'

/**
 * For each token: the residual stream, both norms' results, queries and keys before and after rotation, values, the
 * attention's result (hidden size each, keys and values by their heads), the MLP's gate, up and product, and scores
 * and shares over the sequence.
 */
export function gatedLayerActivations(config: TransformerConfig, length: number): number {
  const { hiddenSize, intermediateSize, numHeads, numKvHeads, headDim } = config
  return 8 * hiddenSize + 4 * numKvHeads * headDim + 3 * intermediateSize + 2 * numHeads * length
}
