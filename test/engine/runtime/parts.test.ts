/** Functions that are cut into parts: what is compiled once, what is handed over, and that nothing else changes. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import { type CompiledFunction, compile } from '../../../electron/engine/runtime/compile.ts'
import { beginPart, cut } from '../../../electron/engine/runtime/cut.ts'
import { releaseFunction } from '../../../electron/engine/runtime/function-library.ts'
import { Program } from '../../../electron/engine/runtime/program.ts'
import { Recorder, type Recording } from '../../../electron/engine/runtime/recorder.ts'
import type { Tensors } from '../../../electron/engine/runtime/tensor-record.ts'
import { tensorflow } from '../../../electron/engine/runtime/tensorflow-addon.ts'
import { type Variable, variableFrom } from '../../../electron/engine/runtime/variable.ts'
import { compiledTest } from '../../invariant/compiled.ts'

const size = 6

function matrices(count: number): Variable[] {
  return Array.from({ length: count }, (_, i) =>
    variableFrom(
      `w${i}`,
      [size, size],
      Float32Array.from({ length: size * size }, (_, k) => Math.sin(k + i)),
    ),
  )
}

/** Layers of a product, a bias that all share, and a nonlinearity, with or without a cut before each. */
function stack(x: tf.Tensor, shared: tf.Tensor, weights: readonly tf.Tensor[], isCut: boolean): tf.Tensor {
  const bias = tf.mul(shared, 0.5)
  const last = weights.reduce((h, w) => {
    const start = isCut ? cut(h) : h
    return tf.add(start, tf.tanh(tf.add(tf.matMul(start, w), bias)))
  }, x)
  return isCut ? cut(last) : last
}

type Inputs = Tensors<'x' | 'shared'>

function inputs(): Inputs {
  return { x: tf.linspace(-1, 1, 2 * size).reshape([2, size]), shared: tf.linspace(0, 1, size) }
}

function trainingGraph(variables: readonly Variable[], isCut: boolean) {
  return ({ x, shared }: Inputs) => {
    const loss = (...weights: tf.Tensor[]) => tf.sum(tf.square(stack(x, shared, weights, isCut))) as tf.Scalar
    const { value, grads } = tf.valueAndGrads(loss)(variables.map((variable) => variable.read()))
    for (const [i, variable] of variables.entries()) {
      const gradient = isCut ? beginPart(grads[i]!) : grads[i]!
      variable.assign(tf.sub(variable.read(), tf.mul(gradient, 0.01)))
    }
    return { loss: value }
  }
}

function recordingOf(fn: (x: tf.Tensor, shared: tf.Tensor) => tf.Tensor[]): Recording {
  const { x, shared } = inputs()
  const recording = new Recorder().record('parts', [x, shared], ([a, b]) => fn(a!, b!))
  for (const { name } of recording.parts) releaseFunction(name)
  return recording
}

compiledTest('layers that are alike are one compiled function, forward, backward and in the update', () => {
  const countsOf = (layers: number) => {
    const variables = matrices(layers)
    const graph = trainingGraph(variables, true)
    const { parts } = recordingOf((x, shared) => [graph({ x, shared }).loss])
    for (const variable of variables) variable.dispose()
    return { parts: parts.length, distinct: new Set(parts.map(({ name }) => name)).size }
  }
  const [few, many] = [countsOf(4), countsOf(12)]
  assert.equal(many.parts - few.parts, 3 * 8, 'each layer adds three calls')
  assert.equal(many.distinct, few.distinct, 'and nothing to compile')
})

compiledTest('training with cuts changes variables as it does without', () => {
  const results = [false, true].map((isCut) => {
    const variables = matrices(3)
    const fn = compile('train', trainingGraph(variables, isCut))
    const losses = [1, 2, 3].map(() => fn.values(inputs()).loss[0]!)
    const values = variables.flatMap((variable) => [...variable.data()])
    fn.dispose()
    for (const variable of variables) variable.dispose()
    return [...losses, ...values]
  })
  const [whole, cutUp] = results as [number[], number[]]
  assert.ok(whole[2]! < whole[0]!, 'it learns')
  for (const [i, value] of whole.entries())
    assert.ok(Math.abs(value - cutUp[i]!) < 1e-5 * Math.max(1, Math.abs(value)), `value ${i}`)
})

compiledTest('what is cheap is computed again, and what is not is handed over', () => {
  const { parts } = recordingOf((x) => {
    const product = tf.matMul(x, x, false, true)
    const cheap = tf.mul(tf.add(product, 1), 2)
    const next = cut(tf.sum(x))
    return [tf.add(next, tf.sum(cheap)), tf.sum(cheap)]
  })
  assert.deepEqual(
    parts.map(({ kept }) => kept.length),
    [2, 0],
    'the product and the cut tensor',
  )
})

compiledTest('a write waits for the parts that read the old value', () => {
  const variable = variableFrom('state', [2], Float32Array.of(1, 2))
  const fn = compile('old', ({ x }: Tensors<'x'>) => {
    const old = variable.read()
    variable.assign(tf.add(old, 10))
    const next = cut(x)
    return { product: tf.mul(next, old), now: variable.read() }
  })
  const call = () => {
    const { product, now } = fn.values({ x: tf.tensor1d([3, 4]) })
    return [...product, ...now, ...variable.data()]
  }
  assert.deepEqual(call(), [3, 8, 11, 12, 11, 12])
  assert.deepEqual(call(), [33, 48, 21, 22, 21, 22])
  fn.dispose()
  variable.dispose()
})

compiledTest('arguments, constants, and one value twice can be returned', () => {
  const fn = compile('returned', ({ x }: Tensors<'x'>) => {
    const sum = tf.sum(cut(tf.square(x)))
    return { x, one: tf.tensor1d([1]), sum, again: sum, half: tf.div(sum, 2) }
  })
  const { x, one, sum, again, half } = fn.values({ x: tf.tensor1d([1, 3]) })
  assert.deepEqual([[...x], one[0], sum[0], again[0], half[0]], [[1, 3], 1, 10, 10, 5])
  fn.dispose()
})

compiledTest('no tensor is left behind, also when a later part fails', () => {
  const { addon, backend } = tensorflow()
  const leftBy = (fn: CompiledFunction<Tensors<'x'>, Tensors<'y'>>) => {
    const x = tf.ones([4])
    tf.dispose(fn.call({ x }))
    const before = addon.getNumOfTensors()
    tf.dispose(fn.call({ x }))
    const left = addon.getNumOfTensors() - before
    x.dispose()
    return left
  }
  const long = compile('long', ({ x }: Tensors<'x'>) => {
    const parts = [1, 2, 3].reduce((h) => tf.softmax(cut(h)), x as tf.Tensor)
    return { y: tf.sum(parts) }
  })
  assert.equal(leftBy(long), 0)

  const { executeOp } = backend.binding
  const x = tf.ones([4])
  tf.dispose(long.call({ x }))
  const before = addon.getNumOfTensors()
  let calls = 0
  backend.binding.executeOp = (...args) => {
    calls++
    if (calls === 3) throw new Error('no room')
    return executeOp(...args)
  }
  assert.throws(() => long.call({ x }), /no room/)
  backend.binding.executeOp = executeOp
  assert.equal(addon.getNumOfTensors() - before, 0)
  long.dispose()
})

compiledTest('what was compiled ahead is not compiled again when it is called', async () => {
  /** Many kernels; the factor makes it another function. */
  const slowToCompile = (factor: number) => (x: tf.Tensor) =>
    Array.from({ length: 10 }, (_, i) => i + 2).reduce(
      (h, columns) => tf.softmax(tf.matMul(h, tf.mul(tf.ones([h.shape[1]!, columns]), factor))),
      x,
    )
  const x = tf.ones([4, 8])
  const { addon, backend } = tensorflow()
  const durationOfFirstCall = async (factor: number, isAhead: boolean) => {
    const recording = new Recorder().record('slow', [x], ([a]) => [slowToCompile(factor)(a!)])
    const { name } = recording.parts[0]!
    const id = backend.getInputTensorIds([x])[0]!
    if (isAhead) addon.compileAhead(name, [id], 0)
    if (isAhead) await setTimeout(3 * milliseconds.plain)
    const start = performance.now()
    for (const { id: result } of new Program(recording).run([x])) addon.deleteTensor(result)
    const duration = performance.now() - start
    releaseFunction(name)
    return duration
  }
  const milliseconds = { plain: 0, ahead: 0 }
  milliseconds.plain = await durationOfFirstCall(0.5, false)
  milliseconds.ahead = await durationOfFirstCall(0.25, true)
  assert.ok(milliseconds.ahead < milliseconds.plain / 2, JSON.stringify(milliseconds))
  x.dispose()
})
