/** A model: its configuration and its parameters, which live in the runtime. Creates, copies and disposes them. */
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs-core'
import { normals } from '../random.ts'
import { PackedMatrix } from '../runtime/packed-matrix.ts'
import { makeVariable, type Variable, variableFrom } from '../runtime/variable.ts'
import { linearSize, type ModelConfig, parametersOf, scoreHead } from './config.ts'
import type { Parameter, ParameterRole } from './families/family.ts'
import { families } from './families/index.ts'
import { createAdapters, mergedWeight } from './lora.ts'
import { type MimeticStart, makeMimetic, randomEmbedding } from './mimetic.ts'
import { adapterNames, type Weights } from './weights.ts'

export interface Model {
  readonly config: ModelConfig
  /**
   * What it owns and training changes, by Hugging Face name: all weights, or the adapters on its base's (`lora.ts`).
   * A reward or value model has `score.weight` (1, C) as well.
   */
  readonly parameters: Map<string, Variable>
  /** The frozen model under the adapters. Others may share it, so its creator disposes it, after all of them. */
  readonly base?: Model
}

/**
 * The parameters' current values, for use inside a compiled function.
 * @param trained returns the tensors that are differentiated; other parameters are frozen
 */
export function weightsOf(
  model: Model,
  trained: (name: string) => tf.Tensor | undefined = () => undefined,
): Weights {
  const weights: Weights = (name) => trained(name) ?? parameterOf(model, name).read()
  weights.adapter = (layer) => {
    const { a, b } = adapterNames(layer)
    return model.parameters.has(a) ? { a: weights(a), b: weights(b) } : null
  }
  weights.trained = trained
  weights.packed = (name) => {
    const parameter = parameterOf(model, name)
    return parameter instanceof PackedMatrix ? parameter : null
  }
  return weights
}

function parameterOf({ parameters, base }: Model, name: string): Variable {
  const parameter = parameters.get(name) ?? base?.parameters.get(name)
  assert(parameter, `the model has no parameter ${name}`)
  return parameter
}

/**
 * A model with random weights: matrices normal with deviation 1/sqrt(fan in), smaller by sqrt(2 L) where they
 * write to the residual stream (GPT-2, section 2.3), embeddings 0.02, norms one, biases zero.
 *
 * @param mimetic makes its attention copy from the start; null leaves it random
 */
export function createModel(config: ModelConfig, seed: number, mimetic: MimeticStart | null = null): Model {
  const parameters = new Map<string, Variable>()
  const mimeticValues = mimetic && makeMimetic(config, mimetic, (name) => randomValues(config, name, seed))
  for (const parameter of parametersOf(config)) {
    const { name, shape } = parameter
    const values = mimeticValues?.get(name) ?? initialValues(config, parameter, seed)
    parameters.set(name, variableFrom(name, shape, values))
  }
  return { config, parameters }
}

function randomValues(config: ModelConfig, name: string, seed: number): Float32Array {
  const parameter = parametersOf(config).find((described) => described.name === name)
  assert(parameter, `the model has no parameter ${name}`)
  return initialValues(config, parameter, seed)
}

function initialValues(config: ModelConfig, { name, shape, role }: Parameter, seed: number): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1)
  if (isConstant(role)) return new Float32Array(size).fill(constants[role])
  const values = normals({ seed, stream: `init/${name}` }, 0, size)
  const deviation = initialDeviation(config, shape, role)
  return values.map((x) => x * deviation)
}

/** What parameters that are not random start at. */
const constants = { gain: 1, 'gain-less-one': 0, bias: 0 } as const

type MatrixRole = Exclude<ParameterRole, keyof typeof constants>

function isConstant(role: ParameterRole): role is keyof typeof constants {
  return Object.hasOwn(constants, role)
}

function initialDeviation(config: ModelConfig, shape: number[], role: MatrixRole): number {
  if (role === 'vocabulary' || role === 'positions') return randomEmbedding
  const { input } = linearSize(shape, families[config.family].linearLayout)
  return 1 / Math.sqrt(input) / (role === 'residual' ? Math.sqrt(2 * config.numLayers) : 1)
}

/** A parameter's values with its adapter, if it has one, merged in. Not possible inside a compiled function. */
export function mergedValues(model: Model, name: string): Float32Array {
  const weights = weightsOf(model)
  const merged = tf.tidy(() => {
    const adapter = weights.adapter?.(name.replace(/\.weight$/, ''))
    return adapter ? mergedWeight(model.config, weights(name), adapter) : tf.clone(weights(name))
  })
  const values = merged.dataSync() as Float32Array
  merged.dispose()
  return values
}

/** A separate model whose weights are `base`'s plus adapters on every linear layer; at first it equals `base`. */
export function adaptModel(base: Model, rank: number, seed: number): Model {
  return { config: base.config, base, parameters: createAdapters(base.config, rank, seed) }
}

/** The parameters that training a policy changes: all but a scalar head that it may have. */
export function policyParameters(model: Model): Map<string, Variable> {
  return new Map([...model.parameters].filter(([name]) => name !== scoreHead))
}

/** The parameters that training a reward or value model changes: all but a separate output matrix. */
export function scalarModelParameters(model: Model): Map<string, Variable> {
  const { outputMatrix } = families[model.config.family]
  return new Map([...model.parameters].filter(([name]) => name !== outputMatrix))
}

/**
 * Gives the model a scalar head at each position, if it has none: a copy of its base's, or else a small one
 * whose outputs are about zero at first.
 */
export function addScoreHead(model: Model, seed: number): void {
  if (model.parameters.has(scoreHead)) return
  const inherited = model.base?.parameters.get(scoreHead)
  if (inherited) {
    model.parameters.set(scoreHead, copyVariable(inherited))
    return
  }
  const size = model.config.hiddenSize
  model.parameters.set(scoreHead, variableFrom(scoreHead, [1, size], newHead(size, seed)))
}

/**
 * Gives the model a new scalar head, in place of one that it may have.
 * @param share how large it is, as a share of that of a new reward model
 */
export function renewScoreHead({ config, parameters }: Model, seed: number, share: number): void {
  parameters.get(scoreHead)?.dispose()
  const values = newHead(config.hiddenSize, seed).map((x) => share * x)
  parameters.set(scoreHead, variableFrom(scoreHead, [1, config.hiddenSize], values))
}

/** Normal with deviation 1 / (size + 1). */
function newHead(size: number, seed: number): Float32Array {
  return normals({ seed, stream: `init/${scoreHead}` }, 0, size).map((x) => x / (size + 1))
}

/** A second model with the same values, on the same base if it has one. */
export function copyModel(model: Model): Model {
  const parameters = new Map([...model.parameters].map(([name, variable]) => [name, copyVariable(variable)]))
  return { ...model, parameters }
}

function copyVariable(variable: Variable): Variable {
  let copy: Variable | undefined
  tf.tidy(() => {
    copy = makeVariable(variable.name, variable.read())
  })
  return copy!
}

/** Disposes what the model owns; its base, if it has one, stays. */
export function disposeModel(model: Model): void {
  for (const variable of model.parameters.values()) variable.dispose()
}
