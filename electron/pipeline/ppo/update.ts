/** The PPO update: passes of shuffled mini-batches over one rollout. */
import * as tf from '@tensorflow/tfjs-core'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { type Model, policyParameters, scalarModelParameters, weightsOf } from '../../engine/model/model.ts'
import {
  entropiesOf,
  logprobsOf,
  type ResponseTensors,
  responsePass,
  responseTensors,
  scalarsOf,
} from '../../engine/model/responses.ts'
import { permutation } from '../../engine/random.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import type { Variable } from '../../engine/runtime/variable.ts'
import { chunksOf, padResponses, partsOf } from '../../engine/training/batch.ts'
import type { Parts } from '../../engine/training/pauses.ts'
import { type LossResult, type ParameterTensors, TrainStep } from '../../engine/training/train-step.ts'
import type { Credited } from './credit.ts'
import { policyLoss, valueLoss } from './losses.ts'
import type { Rollout } from './rollout.ts'

/** The trained parameters: the policy's, and the value model's if there is one with a separate trunk. */
export function trainedParameters(policy: Model, value: Model | null): Map<string, Variable> {
  const named = (prefix: string, parameters: Map<string, Variable>) =>
    [...parameters].map(([name, v]) => [`${prefix}/${name}`, v] as const)
  if (value === policy) return new Map(named('policy', policy.parameters))
  if (value === null) return new Map(named('policy', policyParameters(policy)))
  return new Map([
    ...named('policy', policyParameters(policy)),
    ...named('value', scalarModelParameters(value)),
  ])
}

interface TrainedModels {
  policy: Model
  /** The policy itself when the value head shares its trunk; null without a critic. */
  value: Model | null
}

/** One micro-batch: values of each response token (B, T), and the token count of the whole mini-batch. */
type PolicyInputs = { batch: ResponseTensors } & Tensors<'logprobs' | 'advantages' | 'tokens'>
type CriticInputs = PolicyInputs & Tensors<'values' | 'returns'>
type UpdateInputs = PolicyInputs | CriticInputs

/** Of every update; a critic adds `loss/value` and `val/clipfrac`. */
type PolicyMetric = 'loss/policy' | 'policy/approxkl' | 'policy/clipfrac' | 'policy/ratio'

function createTrainStep(models: TrainedModels, config: PpoConfig) {
  const loss = (parameters: ParameterTensors, inputs: UpdateInputs) =>
    ppoLoss(models, config, parameters, inputs)
  return new TrainStep('ppo', trainedParameters(models.policy, models.value), config, loss)
}

type UpdateStep = ReturnType<typeof createTrainStep>
export type UpdateMetrics = ReturnType<UpdateStep['run']>

export class PpoUpdate {
  readonly trainStep: UpdateStep
  readonly #padId: number
  readonly #config: PpoConfig

  constructor(models: TrainedModels, padId: number, config: PpoConfig) {
    this.#padId = padId
    this.#config = config
    this.trainStep = createTrainStep(models, config)
  }

  /**
   * Updates the parameters in place.
   * @param step number of the iteration; with the seed it determines the shuffling
   * @returns means over the updates made
   */
  *run(
    rollout: Rollout,
    targets: Credited,
    { learningRate, step }: { learningRate: number; step: number },
  ): Parts<UpdateMetrics> {
    const { numPpoEpochs, numMiniBatches, seed, targetKl } = this.#config
    const rows = rollout.batch.rows
    const results: UpdateMetrics[] = []
    for (let epoch = 0; epoch < numPpoEpochs; epoch++) {
      const order = [...permutation({ seed, stream: 'mini-batches' }, step * numPpoEpochs + epoch, rows)]
      for (const miniBatch of partsOf(order, numMiniBatches)) {
        const microBatches = this.#microBatches(rollout, targets, miniBatch)
        const metrics = yield* this.trainStep.consume(microBatches, learningRate)
        results.push(metrics)
        if (targetKl !== null && metrics['policy/approxkl'] > 1.5 * targetKl) return meanOf(results)
        yield
      }
    }
    return meanOf(results)
  }

  dispose(): void {
    this.trainStep.dispose()
  }

  #microBatches(rollout: Rollout, targets: Credited, miniBatch: number[]): UpdateInputs[] {
    const tokens = miniBatch.reduce((sum, row) => sum + rollout.samples[row]!.response.length, 0)
    const size = Math.min(this.#config.microBatchSize ?? miniBatch.length, miniBatch.length)
    return chunksOf(miniBatch, size).map((rows) => this.#inputs(rollout, targets, rows, tokens))
  }

  #inputs(rollout: Rollout, { advantages, returns }: Credited, rows: number[], tokens: number): UpdateInputs {
    const { responseLength } = rollout.batch
    const pick = (grid: Float32Array) => {
      const out = new Float32Array(rows.length * responseLength)
      for (const [i, row] of rows.entries())
        out.set(grid.subarray(row * responseLength, (row + 1) * responseLength), i * responseLength)
      return tf.tensor2d(out, [rows.length, responseLength])
    }
    const samples = rows.map((row) => rollout.samples[row]!)
    const policy = {
      batch: responseTensors(padResponses(samples, this.#padId, rollout.batch)),
      logprobs: pick(rollout.logprobs),
      advantages: pick(advantages),
      tokens: tf.scalar(tokens),
    }
    const { values } = rollout
    return values && returns ? { ...policy, values: pick(values), returns: pick(returns) } : policy
  }
}

/**
 * Policy loss + vfCoef · value loss, if there is a critic, - entCoef · entropy; runs inside a compiled function.
 */
function ppoLoss(
  { policy, value }: TrainedModels,
  config: PpoConfig,
  parameters: ParameterTensors,
  inputs: UpdateInputs,
): LossResult<PolicyMetric> {
  const { batch, logprobs, advantages, tokens } = inputs
  const { responseMask } = batch
  const passOf = (model: Model, prefix: string) => {
    const weights = weightsOf(model, (name) => parameters.get(`${prefix}/${name}`))
    return responsePass(model, weights, batch, config.gradientCheckpointing)
  }
  const policyPass = passOf(policy, 'policy')
  const newLogprobs = logprobsOf(policyPass, config.temperature)
  const ofValue = () => {
    if (value === null || !('values' in inputs)) return null
    const valuePass = value === policy ? policyPass : passOf(value, 'value')
    const newValues = scalarsOf(valuePass, 'before')
    const { values, returns } = inputs
    return valueLoss({ newValues, values, returns, responseMask, tokens }, config.clipRangeValue)
  }

  const ofPolicy = policyLoss({ newLogprobs, logprobs, advantages, responseMask, tokens }, config.clipRange)
  const critic = ofValue()
  const weighted = critic ? tf.add(ofPolicy.loss, tf.mul(config.vfCoef, critic.loss)) : ofPolicy.loss
  const entropy = () => tf.div(tf.sum(entropiesOf(policyPass, config.temperature)), tokens)
  return {
    loss: config.entCoef > 0 ? tf.sub(weighted, tf.mul(config.entCoef, entropy())) : weighted,
    metrics: {
      'loss/policy': ofPolicy.loss,
      'policy/approxkl': ofPolicy.approxkl,
      'policy/clipfrac': ofPolicy.clipfrac,
      'policy/ratio': ofPolicy.ratio,
      ...(critic ? { 'loss/value': critic.loss, 'val/clipfrac': critic.clipfrac } : {}),
    },
  }
}

function meanOf(list: readonly UpdateMetrics[]): UpdateMetrics {
  const means = { ...list[0]! }
  for (const key of Object.keys(means) as (keyof UpdateMetrics)[])
    means[key] = list.reduce((sum, metrics) => sum + metrics[key], 0) / list.length
  return means
}
