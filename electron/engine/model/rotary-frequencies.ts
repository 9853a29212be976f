/** The frequencies of rotary position embeddings (Su et al. 2021), plain and stretched for long contexts. */
import type { TransformerConfig } from './transformer-config.ts'

/**
 * Frequency of each rotated pair; long-context models stretch the slow ones (Llama 3's rule).
 * @returns H/2 frequencies in radians per position
 */
export function rotaryFrequencies({
  headDim,
  ropeTheta,
  ropeScaling,
}: Pick<TransformerConfig, 'headDim' | 'ropeTheta' | 'ropeScaling'>): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = ropeTheta ** ((-2 * i) / headDim)
    if (!ropeScaling) return frequency
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = ropeScaling
    const turns = (originalMaxPositions * frequency) / (2 * Math.PI)
    const share = Math.min(1, Math.max(0, (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor)))
    return frequency * (share + (1 - share) / factor)
  })
}
