/**
 * One optimizer step as compiled functions: gradients, then the update. With one micro-batch both are one native
 * call; with several, gradients are summed in variables first. The loss must already be divided by what the whole
 * step is averaged over, so that the sum over micro-batches is exact.
 */
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import type { MetricKey } from '../../contract/metrics.ts'
import { compile } from '../runtime/compile.ts'
import { mapTensors, type TensorRecord } from '../runtime/tensor-record.ts'
import { type Variable, zerosVariable } from '../runtime/variable.ts'
import {
  type AdamW,
  type AdamWConfig,
  type AdamWState,
  type AdamWStep,
  adamWVariables,
  applyAdamW,
  biasCorrections,
  createAdamWState,
  disposeAdamWState,
} from './adamw.ts'
import { completed, type Parts } from './pauses.ts'

/** Values of the parameters being trained, by name. */
export type ParameterTensors = Map<string, tf.Tensor>

export interface LossResult<Metric extends string> {
  /** Scalar: what is minimised. */
  loss: tf.Tensor
  /** Scalars to report, each a share of the whole step's: those of micro-batches are added up. */
  metrics: Readonly<Record<Metric, tf.Tensor>>
}

/** @param inputs one micro-batch */
export type LossFunction<In extends TensorRecord, Metric extends string> = (
  parameters: ParameterTensors,
  inputs: In,
) => LossResult<Metric>

/** The metrics of one optimizer step: the loss, the global norm of its gradient, and what the loss reports. */
export type StepResult<Metric extends string> = Record<'loss/total' | 'optim/grad_norm', number> &
  Record<Metric, number>

/** Runs inside a compiled function. */
export function lossAndGradients<In extends TensorRecord, Metric extends string>(
  parameters: Map<string, Variable>,
  loss: LossFunction<In, Metric>,
  inputs: In,
) {
  const names = [...parameters.keys()]
  const reported: LossResult<Metric>['metrics'][] = []
  const forward = (...tensors: tf.Tensor[]) => {
    const result = loss(new Map(names.map((name, i) => [name, tensors[i]!])), inputs)
    reported.push(mapTensors(result.metrics, (metric) => tf.keep(metric)))
    return tf.reshape(result.loss, []) as tf.Scalar
  }
  const { value, grads } = tf.valueAndGrads(forward)([...parameters.values()].map((p) => p.read()))
  const metrics = mapTensors(reported[0]!, (kept) => {
    const metric = tf.clone(kept)
    kept.dispose()
    return metric
  })
  return {
    loss: value as tf.Tensor,
    metrics,
    gradients: new Map(names.map((name, i) => [name, grads[i]!])),
  }
}

export class TrainStep<In extends TensorRecord, Metric extends MetricKey> {
  readonly state: AdamWState
  /** Updates made so far; saved with the state. */
  updates = 0
  readonly #adamw: AdamW
  readonly #whole
  readonly #accumulate
  readonly #apply
  /** Gradients summed over micro-batches; made when a step first has several. */
  readonly #sums = new Map<string, Variable>()

  constructor(
    name: string,
    parameters: Map<string, Variable>,
    config: AdamWConfig,
    loss: LossFunction<In, Metric>,
  ) {
    this.state = createAdamWState(parameters)
    this.#adamw = { parameters, state: this.state, config }
    this.#whole = compile(`${name}_step`, ({ step, inputs }: { step: AdamWStep; inputs: In }) => {
      const { gradients, ...result } = lossAndGradients(parameters, loss, inputs)
      return { loss: result.loss, gradNorm: this.#applyTo(gradients, step), metrics: result.metrics }
    })
    this.#accumulate = compile(`${name}_gradients`, (inputs: In) => {
      const { gradients, ...result } = lossAndGradients(parameters, loss, inputs)
      for (const [key, sum] of this.#sums) sum.assign(tf.add(sum.read(), gradients.get(key)!))
      return result
    })
    this.#apply = compile(`${name}_apply`, (step: AdamWStep) => {
      const gradNorm = this.#applyTo(new Map([...this.#sums].map(([key, sum]) => [key, sum.read()])), step)
      for (const sum of this.#sums.values()) sum.assign(tf.zeros(sum.shape))
      return { gradNorm }
    })
  }

  /** Everything that a checkpoint must hold besides the parameters. */
  variables(): Map<string, Variable> {
    return adamWVariables(this.state)
  }

  /**
   * @param microBatches inputs of the loss, one record per micro-batch; not disposed
   * @throws UserError when loss or gradient is not finite; the parameters are then unusable
   */
  run(microBatches: In[], learningRate: number): StepResult<Metric> {
    return completed(this.#parts(microBatches, learningRate))
  }

  /** The same, with inputs that are disposed afterwards, and a part for each of several micro-batches. */
  *consume(microBatches: In[], learningRate: number): Parts<StepResult<Metric>> {
    try {
      return yield* this.#parts(microBatches, learningRate)
    } finally {
      tf.dispose(microBatches)
    }
  }

  *#parts(microBatches: In[], learningRate: number): Parts<StepResult<Metric>> {
    const result = yield* this.#update(microBatches, learningRate)
    const { 'loss/total': loss, 'optim/grad_norm': gradNorm } = result
    if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return result
    throw new UserError(
      'bad_input',
      `The loss became ${loss} (gradient norm ${gradNorm}) at update ${this.updates}, which is not kept. Lower the learning rate and resume: the run continues from its last checkpoint.`,
    )
  }

  *#update(microBatches: In[], learningRate: number): Parts<StepResult<Metric>> {
    this.updates++
    const [correction1, correction2] = biasCorrections(this.#adamw.config, this.updates)
    const step = {
      learningRate: tf.scalar(learningRate),
      correction1: tf.scalar(correction1),
      correction2: tf.scalar(correction2),
    }
    try {
      return microBatches.length === 1
        ? this.#runWhole(step, microBatches[0]!)
        : yield* this.#runParts(step, microBatches)
    } finally {
      tf.dispose(step)
    }
  }

  #runWhole(step: AdamWStep, inputs: In): StepResult<Metric> {
    const { loss, gradNorm, metrics } = this.#whole.call({ step, inputs })
    return {
      'loss/total': number(loss),
      'optim/grad_norm': number(gradNorm),
      ...mapTensors(metrics, number),
    }
  }

  *#runParts(step: AdamWStep, microBatches: In[]): Parts<StepResult<Metric>> {
    this.#makeSums()
    const parts: Part<Metric>[] = []
    for (const inputs of microBatches) {
      const { loss, metrics } = this.#accumulate.call(inputs)
      parts.push({ loss: number(loss), metrics: mapTensors(metrics, number) })
      let isLeft = true
      try {
        yield
        isLeft = false
      } finally {
        if (isLeft) this.#drop()
      }
    }
    const { loss, metrics } = parts.reduce(sumOf)
    const gradNorm = number(this.#apply.call(step).gradNorm)
    return { 'loss/total': loss, 'optim/grad_norm': gradNorm, ...metrics }
  }

  dispose(): void {
    for (const fn of [this.#whole, this.#accumulate, this.#apply]) fn.dispose()
    for (const sum of this.#sums.values()) sum.dispose()
    disposeAdamWState(this.state)
  }

  /** Forgets the gradients that were summed for a step that is left. */
  #drop(): void {
    this.updates--
    for (const sum of this.#sums.values()) {
      const zeros = tf.zeros(sum.shape)
      sum.assign(zeros)
      zeros.dispose()
    }
  }

  #applyTo(gradients: Map<string, tf.Tensor>, step: AdamWStep): tf.Tensor {
    return applyAdamW(this.#adamw, gradients, step)
  }

  #makeSums(): void {
    if (this.#sums.size > 0) return
    for (const [name, { shape }] of this.#adamw.parameters)
      this.#sums.set(name, zerosVariable(`sum/${name}`, shape))
  }
}

/** The tensor's single value; disposes it. */
function number(scalar: tf.Tensor): number {
  const value = scalar.dataSync()[0]!
  scalar.dispose()
  return value
}

/** A micro-batch's share of the step. */
interface Part<Metric extends string> {
  loss: number
  metrics: Record<Metric, number>
}

function sumOf<Metric extends string>(a: Part<Metric>, b: Part<Metric>): Part<Metric> {
  const metrics = { ...a.metrics }
  for (const [name, value] of Object.entries<number>(b.metrics)) metrics[name as Metric] += value
  return { loss: a.loss + b.loss, metrics }
}
