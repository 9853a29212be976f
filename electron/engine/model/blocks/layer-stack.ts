/**
 * Runs the layers of a transformer in order, keeping what the backward pass needs of each or only its input. Layers are
 * compiled apart, so that one compiled function serves all that are alike.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { cut } from '../../runtime/cut.ts'
import { recomputed } from '../../runtime/recompute.ts'
import { adapterNames, replaced, type Weights, within } from '../weights.ts'
import type { ForwardPass, LayerContext, SharedTensors } from './forward-pass.ts'

/** One layer. x (B*T, C) to the same */
export type Layer<Shared> = (w: Weights, x: tf.Tensor, at: LayerContext<Shared>) => tf.Tensor

/**
 * @param embedded (B*T, C)
 * @param shared what all layers use; each layer gets it in its context
 * @returns (B*T, C): the output of the last layer
 */
export function throughLayers<Shared extends SharedTensors<keyof Shared>>(
  pass: ForwardPass,
  embedded: tf.Tensor,
  shared: Shared,
  run: Layer<Shared>,
): tf.Tensor {
  const { config, weights, batch, cache, layers } = pass
  const runLayer = batch.recomputeLayers ? recomputedLayer(run, layers.parameters) : run
  const perCall = layersPerCall(config.numLayers, batch.ids.shape[1]!)
  let x = embedded
  for (let layer = 0; layer < config.numLayers; layer++) {
    if (layer % perCall === 0) x = cut(x)
    const at = { config, ids: batch.ids, layer, cache, shared }
    x = runLayer(within(weights, layers.prefix(layer)), x, at)
  }
  return cut(x)
}

/** For a single position a layer takes only about ten times as long as a call of a compiled function. */
const mostLayersPerCall = 6

/** @returns a divisor of the number of layers, so that all calls are alike */
function layersPerCall(numLayers: number, positions: number): number {
  if (positions > 1) return 1
  for (let layers = mostLayersPerCall; layers > 1; layers--) if (numLayers % layers === 0) return layers
  return 1
}

/**
 * The layer, computed again in the backward pass, so that only its input is kept.
 * @param names of its parameters, without those of adapters
 */
function recomputedLayer<Shared extends SharedTensors<keyof Shared>>(
  run: Layer<Shared>,
  names: readonly string[],
): Layer<Shared> {
  const withAdapters = names.flatMap((name) => {
    const { a, b } = adapterNames(name.replace(/\.weight$/, ''))
    return [name, a, b]
  })
  return (w, x, at) => {
    const trained = withAdapters.filter((name) => w.trained?.(name))
    const keys = Object.keys(at.shared) as (keyof Shared)[]
    const runWith = ([before, ...tensors]: tf.Tensor[], kept: tf.Tensor[]) => {
      const weights = replaced(w, new Map(trained.map((name, i) => [name, tensors[i]!])))
      const shared = Object.fromEntries(keys.map((key, i) => [key, kept[i]!])) as Shared
      return run(weights, before!, { ...at, shared })
    }
    return recomputed(
      runWith,
      [x, ...trained.map((name) => w.trained!(name)!)],
      keys.map((key) => at.shared[key]!),
    )
  }
}
