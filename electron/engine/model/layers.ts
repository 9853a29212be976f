/** Runs the layers of a transformer one after the other, keeping what the backward pass needs of each or only its input. */
import type * as tf from '@tensorflow/tfjs-core'
import { recomputed } from '../runtime/recompute.ts'
import { type ModelConfig, parameterShapes } from './config.ts'
import { adapterNames } from './lora.ts'
import { replaced, type Weights, within } from './weights.ts'

/** What all layers use and nothing trains: the attention bias (B, 1, T, S), and rotations where there are any. */
export type SharedTensors = tf.Tensor[]

/** One layer. x (B*T, C) to the same */
type Layer = (w: Weights, x: tf.Tensor, layer: number, shared: SharedTensors) => tf.Tensor

/** @param recompute compute each layer again in the backward pass and keep only its input */
export function throughLayers(
  config: ModelConfig,
  weights: Weights,
  embedded: tf.Tensor,
  shared: SharedTensors,
  recompute: boolean,
  run: Layer,
): tf.Tensor {
  let x = embedded
  for (let layer = 0; layer < config.numLayers; layer++) {
    const prefix = config.family === 'gpt2' ? `transformer.h.${layer}.` : `model.layers.${layer}.`
    const w = within(weights, prefix)
    if (!recompute) x = run(w, x, layer, shared)
    else {
      const trained = parametersWithin(config, prefix).filter((name) => w.trained?.(name))
      const runWith = ([before, ...tensors]: tf.Tensor[], kept: SharedTensors) =>
        run(replaced(w, new Map(trained.map((name, i) => [name, tensors[i]!]))), before!, layer, kept)
      x = recomputed(runWith, [x, ...trained.map((name) => w.trained!(name)!)], shared)
    }
  }
  return x
}

/** A layer's parameters, and those of the adapters that it may have, without the prefix. */
function parametersWithin(config: ModelConfig, prefix: string): string[] {
  const own = [...parameterShapes(config).keys()].filter((name) => name.startsWith(prefix))
  return own.flatMap((name) => {
    const rest = name.slice(prefix.length)
    const { a, b } = adapterNames(rest.replace(/\.weight$/, ''))
    return [rest, a, b]
  })
}
