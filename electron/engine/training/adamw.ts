/**
 * AdamW (Loshchilov and Hutter 2019) with state by parameter name, and clipping by the global norm. Everything
 * here runs inside a compiled function, which is cut by layer; the state is in variables, so that it can be saved and
 * resumed exactly.
 */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { beginPart } from '../runtime/cut.ts'
import { sumOfSquares } from '../runtime/ops.ts'
import { type Variable, zerosVariable } from '../runtime/variable.ts'

export interface AdamWConfig {
  beta1: number
  beta2: number
  epsilon: number
  /** Applied to matrices only, not to biases and norms. */
  weightDecay: number
  /** Global gradient norm is clipped to this. */
  maxGradNorm: number
}

/** First and second moments, by parameter name. */
export interface AdamWState {
  first: Map<string, Variable>
  second: Map<string, Variable>
}

/** Everything that an update changes, and its settings. */
export interface AdamW {
  parameters: Map<string, Variable>
  state: AdamWState
  config: AdamWConfig
}

export function createAdamWState(parameters: Map<string, Variable>): AdamWState {
  const zeros = (kind: string) =>
    new Map([...parameters].map(([name, { shape }]) => [name, zerosVariable(`${kind}/${name}`, shape)]))
  return { first: zeros('adamw.first'), second: zeros('adamw.second') }
}

/** The state under the names by which it is saved. */
export function adamWVariables(state: AdamWState): Map<string, Variable> {
  const named = (kind: string, map: Map<string, Variable>) =>
    [...map].map(([name, variable]) => [`${kind}/${name}`, variable] as const)
  return new Map([...named('adamw.first', state.first), ...named('adamw.second', state.second)])
}

export function disposeAdamWState(state: AdamWState): void {
  for (const variable of adamWVariables(state).values()) variable.dispose()
}

/** The names by layer (`layers.3` of `model.layers.3.mlp.up_proj.weight`); those of no layer are together. */
function byLayer(names: Iterable<string>): string[][] {
  return [...Map.groupBy(names, (name) => /^.*?\.\d+(?=\.)/.exec(name)?.[0]).values()]
}

/** @returns scalar: square root of the sum of all squares */
function globalNorm(gradients: ReadonlyMap<string, tf.Tensor>): tf.Tensor {
  const sums = byLayer(gradients.keys()).map(([first, ...rest]) => {
    const ofLayer = [beginPart(gradients.get(first!)!), ...rest.map((name) => gradients.get(name)!)]
    return sumOfSquares(ofLayer)
  })
  return tf.sqrt(tf.addN(sums))
}

/** Scalars of one update, computed in JS because they change with each step. */
export type AdamWStep = {
  learningRate: tf.Tensor
  /** 1 - beta1^t and 1 - beta2^t with t = 1 at the first update */
  correction1: tf.Tensor
  correction2: tf.Tensor
}

/** The two bias corrections at update t (the first is 1). */
export function biasCorrections({ beta1, beta2 }: AdamWConfig, t: number): [number, number] {
  return [1 - beta1 ** t, 1 - beta2 ** t]
}

/**
 * Updates every parameter and its moments in place.
 * @param gradients by the same names as `parameters`
 * @returns the gradients' global norm before clipping
 */
export function applyAdamW(
  { parameters, state, config }: AdamW,
  gradients: Map<string, tf.Tensor>,
  step: AdamWStep,
): tf.Tensor {
  const norm = globalNorm(gradients)
  const scale = tf.minimum(1, tf.div(config.maxGradNorm, tf.add(norm, 1e-6)))
  for (const names of byLayer(parameters.keys())) {
    const ownScale = beginPart(scale)
    for (const name of names) {
      const gradient = gradients.get(name)
      const [parameter, first, second] = [parameters.get(name), state.first.get(name), state.second.get(name)]
      assert(parameter && gradient && first && second, `no gradient or state for ${name}`)
      updateParameter({ parameter, first, second }, tf.mul(gradient, ownScale), config, step)
    }
  }
  return norm
}

function updateParameter(
  { parameter, first, second }: Record<'parameter' | 'first' | 'second', Variable>,
  gradient: tf.Tensor,
  { beta1, beta2, epsilon, weightDecay }: AdamWConfig,
  { learningRate, correction1, correction2 }: AdamWStep,
): void {
  const m = tf.add(tf.mul(first.read(), beta1), tf.mul(gradient, 1 - beta1))
  const v = tf.add(tf.mul(second.read(), beta2), tf.mul(tf.square(gradient), 1 - beta2))
  const direction = tf.div(tf.div(m, correction1), tf.add(tf.sqrt(tf.div(v, correction2)), epsilon))
  const old = parameter.read()
  const decayed =
    parameter.shape.length > 1 && weightDecay > 0
      ? tf.sub(old, tf.mul(old, tf.mul(learningRate, weightDecay)))
      : old
  parameter.assign(tf.sub(decayed, tf.mul(direction, learningRate)))
  first.assign(m)
  second.assign(v)
}
