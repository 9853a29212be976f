/** Dimensions of the small models that are trained from scratch. */
import type { ModelConfig } from './config.ts'
import { plainLlamaSettings } from './families/llama.ts'
import type { MimeticStart } from './mimetic.ts'

/** What plain Llama models of any size share. */
export const plainLlama = { family: 'llama', ...plainLlamaSettings } as const

const presets = {
  world: { hiddenSize: 64, intermediateSize: 192, numLayers: 3, numHeads: 4, maxPositions: 1024 },
  tiny: { hiddenSize: 256, intermediateSize: 1024, numLayers: 4, numHeads: 8, maxPositions: 1024 },
} as const

/** How the attention of a preset starts: null is random. */
export const presetStarts: Record<keyof typeof presets, MimeticStart | null> = {
  world: { likeness: 1, gain: 4, embedding: 0.3 },
  tiny: null,
}

/** @param tokenizer its vocabulary size and special tokens are the model's */
export function presetConfig(
  preset: keyof typeof presets,
  tokenizer: { vocabSize: number; bosId: number | null; eosId: number; padId: number },
): ModelConfig {
  const dimensions = presets[preset]
  return {
    ...plainLlama,
    ...dimensions,
    vocabSize: tokenizer.vocabSize,
    numKvHeads: dimensions.numHeads,
    headDim: dimensions.hiddenSize / dimensions.numHeads,
    ropeTheta: 10000,
    bosId: tokenizer.bosId,
    eosIds: [tokenizer.eosId],
    padId: tokenizer.padId,
  }
}
