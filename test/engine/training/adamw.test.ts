/** Ten steps of AdamW, with clipping and a schedule, against torch.optim.AdamW (test/golden/make_adamw.py). */
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import type { Tensors } from '../../../electron/engine/runtime/tensor-record.ts'
import { makeVariable } from '../../../electron/engine/runtime/variable.ts'
import {
  type AdamWStep,
  adamWVariables,
  applyAdamW,
  biasCorrections,
  createAdamWState,
} from '../../../electron/engine/training/adamw.ts'
import { learningRateAt } from '../../../electron/engine/training/schedule.ts'
import { assertClose, readGolden } from '../../golden.ts'

type Value = number[] | number[][]
interface Golden {
  config: {
    betas: [number, number]
    epsilon: number
    maxGradNorm: number
    peakLearningRate: number
    warmupSteps: number
    totalSteps: number
  }
  initial: Record<string, Value>
  steps: {
    learningRate: number
    gradients: Record<string, Value>
    gradNorm: number
    parameters: Record<string, Value>
  }[]
  finalFirstMoments: Record<string, Value>
}

test('compiled AdamW follows torch.optim.AdamW for ten steps', async () => {
  await openRuntime()
  const golden = readGolden<Golden>('adamw.json')
  const { betas, epsilon, maxGradNorm, peakLearningRate, warmupSteps, totalSteps } = golden.config
  const config = { beta1: betas[0], beta2: betas[1], epsilon, maxGradNorm, weightDecay: 0.01 }
  const names = Object.keys(golden.initial)
  const parameters = new Map(
    names.map((name) => [name, makeVariable(name, tf.tensor(golden.initial[name]!))]),
  )
  const state = createAdamWState(parameters)
  const update = compile('adamw', ({ step, gradients }: { step: AdamWStep; gradients: Tensors<string> }) => ({
    norm: applyAdamW({ parameters, state, config }, new Map(Object.entries(gradients)), step),
  }))
  golden.steps.forEach((step, i) => {
    const schedule = { learningRate: peakLearningRate, warmupSteps, decay: 'cosine' as const }
    assertClose([learningRateAt(schedule, i, totalSteps)], step.learningRate, `learning rate ${i}`)
    const [correction1, correction2] = biasCorrections(config, i + 1)
    const scalars = {
      learningRate: tf.scalar(step.learningRate),
      correction1: tf.scalar(correction1),
      correction2: tf.scalar(correction2),
    }
    const gradients = Object.fromEntries(names.map((name) => [name, tf.tensor(step.gradients[name]!)]))
    const { norm } = update.call({ step: scalars, gradients })
    assertClose(norm.dataSync(), step.gradNorm, `norm ${i}`)
    for (const name of names)
      assertClose(parameters.get(name)!.data(), step.parameters[name]!, `${name} after ${i}`)
  })
  for (const [name, moment] of Object.entries(golden.finalFirstMoments))
    assertClose(adamWVariables(state).get(`adamw.first/${name}`)!.data(), moment, `first moment of ${name}`)
})
