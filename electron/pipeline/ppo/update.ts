/** The PPO update: passes of shuffled mini-batches over one rollout. */
import * as tf from '@tensorflow/tfjs-core'
import type { StepMetrics } from '../../contract/metrics.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { type Model, policyParameters, scalarModelParameters, weightsOf } from '../../engine/model/model.ts'
import {
  responseEntropy,
  responseInputs,
  responseLogprobs,
  responseScalars,
  responseTensorCount,
  responseTensors,
  sequenceStates,
} from '../../engine/model/responses.ts'
import { permutation } from '../../engine/random.ts'
import type { Variable } from '../../engine/runtime/variable.ts'
import { chunksOf, padResponses } from '../../engine/training/batch.ts'
import { type ParameterTensors, type StepResult, TrainStep } from '../../engine/training/train-step.ts'
import type { Advantages } from './advantages.ts'
import { policyLoss, valueLoss } from './losses.ts'
import type { Lengths, Rollout } from './rollout.ts'

/** The trained parameters: the policy's, and the value model's own when it has a trunk of its own. */
export function trainedParameters(policy: Model, value: Model): Map<string, Variable> {
  const named = (prefix: string, parameters: Map<string, Variable>) =>
    [...parameters].map(([name, v]) => [`${prefix}/${name}`, v] as const)
  if (value === policy) return new Map(named('policy', policy.parameters))
  return new Map([
    ...named('policy', policyParameters(policy)),
    ...named('value', scalarModelParameters(value)),
  ])
}

export class PpoUpdate {
  readonly trainStep: TrainStep
  readonly #config: PpoConfig

  constructor(policy: Model, value: Model, config: PpoConfig) {
    this.#config = config
    this.trainStep = new TrainStep('ppo', trainedParameters(policy, value), config, (parameters, inputs) =>
      ppoLoss(policy, value, parameters, inputs, config),
    )
  }

  /**
   * Updates the parameters in place.
   * @param step number of the iteration; with the seed it decides the shuffling
   * @returns means over the updates made
   */
  run(
    rollout: Rollout,
    { advantages, returns }: Advantages,
    learningRate: number,
    step: number,
    padId: number,
  ): StepMetrics {
    const { numPpoEpochs, numMiniBatches, seed, targetKl } = this.#config
    const rows = rollout.batch.rows
    const results: StepMetrics[] = []
    for (let epoch = 0; epoch < numPpoEpochs; epoch++) {
      const order = [...permutation({ seed, stream: 'mini-batches' }, step * numPpoEpochs + epoch, rows)]
      for (const miniBatch of chunksOf(order, Math.ceil(rows / numMiniBatches))) {
        const inputs = this.#microBatches(rollout, { advantages, returns }, miniBatch, padId)
        const metrics = toMetrics(this.trainStep.consume(inputs, learningRate))
        results.push(metrics)
        if (targetKl !== null && metrics['policy/approxkl']! > 1.5 * targetKl) return meanOf(results)
      }
    }
    return meanOf(results)
  }

  dispose(): void {
    this.trainStep.dispose()
  }

  #microBatches(rollout: Rollout, targets: Advantages, miniBatch: number[], padId: number): tf.Tensor[][] {
    const tokens = miniBatch.reduce((sum, row) => sum + rollout.samples[row]!.response.length, 0)
    const size = Math.min(this.#config.microBatchSize ?? miniBatch.length, miniBatch.length)
    return chunksOf(miniBatch, size).map((rows) => updateInputs(rollout, targets, rows, tokens, padId))
  }
}

/** `responseInputs` of the given rows, then logprobs, values, advantages, returns (B, T) and the token count. */
function updateInputs(
  rollout: Rollout,
  { advantages, returns }: Advantages,
  rows: number[],
  tokens: number,
  padId: number,
): tf.Tensor[] {
  const { queryLength, responseLength } = rollout.batch
  const lengths: Lengths = { queryLength, responseLength }
  const pick = (grid: Float32Array) => {
    const out = new Float32Array(rows.length * responseLength)
    for (const [i, row] of rows.entries())
      out.set(grid.subarray(row * responseLength, (row + 1) * responseLength), i * responseLength)
    return tf.tensor2d(out, [rows.length, responseLength])
  }
  return [
    ...responseInputs(
      padResponses(
        rows.map((row) => rollout.samples[row]!),
        padId,
        lengths,
      ),
    ),
    ...[rollout.logprobs, rollout.values, advantages, returns].map(pick),
    tf.scalar(tokens),
  ]
}

/** Policy loss + vfCoef · value loss - entCoef · entropy; runs inside a compiled function. */
function ppoLoss(
  policy: Model,
  value: Model,
  parameters: ParameterTensors,
  inputs: tf.Tensor[],
  config: PpoConfig,
) {
  const policyWeights = weightsOf(policy, (name) => parameters.get(`policy/${name}`))
  const batch = responseTensors(inputs)
  const [logprobs, values, advantages, returns, tokens] = inputs.slice(responseTensorCount) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]
  const { responseMask } = batch
  const states = sequenceStates(policy.config, policyWeights, batch, config.gradientCheckpointing)
  const sampledAt = [policy.config, policyWeights, states, batch, config.temperature] as const
  const newLogprobs = responseLogprobs(...sampledAt)
  const ownTrunk = value !== policy
  const valueWeights = ownTrunk ? weightsOf(value, (name) => parameters.get(`value/${name}`)) : policyWeights
  const valueStates = ownTrunk
    ? sequenceStates(value.config, valueWeights, batch, config.gradientCheckpointing)
    : states
  const newValues = responseScalars(valueWeights, valueStates, batch, 'before')

  const ofPolicy = policyLoss({ newLogprobs, logprobs, advantages, responseMask, tokens }, config.clipRange)
  const ofValue = valueLoss({ newValues, values, returns, responseMask, tokens }, config.clipRangeValue)
  const weighted = tf.add(ofPolicy.loss, tf.mul(config.vfCoef, ofValue.loss))
  const bonus = () => tf.mul(config.entCoef, tf.div(tf.sum(responseEntropy(...sampledAt)), tokens))
  return {
    loss: config.entCoef > 0 ? tf.sub(weighted, bonus()) : weighted,
    metrics: [
      ofPolicy.loss,
      ofValue.loss,
      ofPolicy.approxkl,
      ofPolicy.clipfrac,
      ofPolicy.ratio,
      ofValue.clipfrac,
    ],
  }
}

function toMetrics({ loss, gradNorm, metrics }: StepResult): StepMetrics {
  const [policy, value, approxkl, clipfrac, ratio, valueClipfrac] = metrics as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    'loss/total': loss,
    'loss/policy': policy,
    'loss/value': value,
    'optim/grad_norm': gradNorm,
    'policy/approxkl': approxkl,
    'policy/clipfrac': clipfrac,
    'policy/ratio': ratio,
    'val/clipfrac': valueClipfrac,
  }
}

function meanOf(list: StepMetrics[]): StepMetrics {
  const keys = Object.keys(list[0]!) as (keyof StepMetrics)[]
  return Object.fromEntries(keys.map((key) => [key, list.reduce((sum, m) => sum + m[key]!, 0) / list.length]))
}
