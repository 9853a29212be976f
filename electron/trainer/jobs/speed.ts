/** Measures in a few seconds how fast this machine computes; `bench` measures carefully. */
import * as tf from '@tensorflow/tfjs-core'
import { type Hooks, silentHooks } from '../../contract/events.ts'
import type { SpeedResult } from '../../contract/jobs.ts'
import { createModel, disposeModel } from '../../engine/model/model.ts'
import { compile } from '../../engine/runtime/compile.ts'
import { runtime } from '../../engine/runtime/runtime.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import { yieldToEventLoop } from '../../engine/training/pauses.ts'
import { forwardFlops } from '../../sizing/counts.ts'
import { benchTrain, configs } from './bench.ts'

const secondsEach = 0.5

export async function runSpeed({ emit, signal }: Hooks): Promise<SpeedResult> {
  const measures = [matmulSpeed, copySpeed, trainSpeed]
  const results: Partial<SpeedResult>[] = []
  for (const measure of measures) {
    signal.throwIfAborted()
    results.push(await measure(signal))
    emit({ type: 'progress', phase: 'measure', done: results.length, total: measures.length })
    await yieldToEventLoop()
  }
  return Object.assign({}, ...results)
}

/** @returns seconds of the fastest call within {@link secondsEach}, after a first one that is not counted */
function fastest(call: () => void): number {
  call()
  const start = performance.now()
  let best = Number.POSITIVE_INFINITY
  while (performance.now() - start < secondsEach * 1000) {
    const before = performance.now()
    call()
    best = Math.min(best, performance.now() - before)
  }
  return best / 1000
}

/** A product of square matrices; one number is read back, so that the work is done when the call ends. */
async function matmulSpeed(): Promise<Pick<SpeedResult, 'matmulGflops'>> {
  const size = runtime().kind === 'wasm' ? 256 : 1024
  const x = tf.ones([size, size])
  const product = compile('speed_matmul', ({ a }: Tensors<'a'>) => ({ y: tf.matMul(a, a) }))
  const seconds = fastest(() => {
    const { y } = product.call({ a: x })
    const corner = tf.slice(y, [0, 0], [1, 1])
    corner.dataSync()
    tf.dispose([y, corner])
  })
  x.dispose()
  product.dispose()
  return { matmulGflops: (2 * size ** 3) / seconds / 1e9 }
}

/** Reads and writes 64 MB of numbers once. */
async function copySpeed(): Promise<Pick<SpeedResult, 'copyGbPerS'>> {
  const length = 2 ** 24
  const x = tf.zeros([length])
  const seconds = fastest(() => {
    const y = tf.add(x, 1)
    const first = tf.slice(y, [0], [1])
    first.dataSync()
    tf.dispose([y, first])
  })
  x.dispose()
  return { copyGbPerS: (2 * 4 * length) / seconds / 1e9 }
}

const trainedConfig = { ...configs.tiny, numLayers: 1, vocabSize: 1024 }

const trainedSize = () => (runtime().kind === 'wasm' ? { batch: 1, prompt: 8 } : { batch: 8, prompt: 64 })

/** A forward pass, and a backward pass of twice its cost. */
function trainFlopsPerToken(): number {
  const { batch, prompt } = trainedSize()
  const tokens = 2 * batch * prompt
  return (3 * forwardFlops(trainedConfig, batch, 2 * prompt, tokens)) / tokens
}

type TrainSpeed = Pick<SpeedResult, 'trainTokensPerS' | 'trainGflops' | 'compileSeconds'>

/** AdamW on a Llama with one layer of 256 dimensions. */
async function trainSpeed(signal: AbortSignal): Promise<TrainSpeed> {
  const model = createModel(trainedConfig, 0)
  const size = trainedSize()
  const work = { ...size, new: size.prompt, steps: 2, lora: null }
  const { first, seconds, tokens } = await benchTrain(model, work, silentHooks(signal))
  disposeModel(model)
  const best = Math.min(...seconds)
  const perS = tokens / best
  return {
    trainTokensPerS: perS,
    trainGflops: (perS * trainFlopsPerToken()) / 1e9,
    compileSeconds: Math.max(0, first - best),
  }
}
