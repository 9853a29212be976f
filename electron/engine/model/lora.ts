/**
 * Low-rank adapters (LoRA, Hu et al. 2021): a linear layer gives x Wᵀ + (x Aᵀ) Bᵀ, where W is frozen and A and B
 * are trained. Names and initial values are PEFT's, with `lora_alpha` = rank, so that the scale is 1: with
 * AdamW, another scale has the same effect as another learning rate.
 */
import * as tf from '@tensorflow/tfjs-core'
import { uniforms } from '../random.ts'
import { type Variable, variableFrom, zerosVariable } from '../runtime/variable.ts'
import { linearLayers, type ModelConfig } from './config.ts'
import { families } from './families/index.ts'
import { adapterNames, type LowRank } from './weights.ts'

/** Adapters on every linear layer: A uniform within ±1/sqrt(in), B zero, so that at first they add nothing. */
export function createAdapters(config: ModelConfig, rank: number, seed: number): Map<string, Variable> {
  const parameters = new Map<string, Variable>()
  for (const [layer, { input, output }] of linearLayers(config)) {
    const { a, b } = adapterNames(layer)
    const bound = 1 / Math.sqrt(input)
    const values = uniforms({ seed, stream: `init/${a}` }, 0, rank * input).map((u) => (2 * u - 1) * bound)
    parameters.set(a, variableFrom(a, [rank, input], values))
    parameters.set(b, zerosVariable(b, [output, rank]))
  }
  return parameters
}

/**
 * The single weight that is equivalent to a weight and its adapter.
 * @param weight in the family's layout
 */
export function mergedWeight(config: ModelConfig, weight: tf.Tensor, { a, b }: LowRank): tf.Tensor {
  const isTransposed = families[config.family].linearLayout === 'in-out'
  const product = isTransposed ? tf.matMul(a, b, true, true) : tf.matMul(b, a)
  return tf.add(weight, product)
}
