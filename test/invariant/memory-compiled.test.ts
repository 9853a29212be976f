/**
 * Compiled functions and models free their memory: the process does not grow as they are created and disposed.
 * A separate file, so that memory freed by another test can't hide growth.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as tf from '@tensorflow/tfjs-core'
import { Generator } from '../../electron/engine/generation/generate.ts'
import { disposeModel } from '../../electron/engine/model/model.ts'
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { compile } from '../../electron/engine/runtime/compile.ts'
import type { Tensors } from '../../electron/engine/runtime/tensor-record.ts'
import { compiledRuntimeOrSkip, openQuicklyCompilingRuntime } from './compiled.ts'
import { snugLengths } from './steps.ts'
import { temporaryFolder, toyExamples, toyTokenizer, writeToyModel } from './toy.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function residentMb(): number {
  collectGarbage()
  return process.memoryUsage().rss / 2 ** 20
}

const windows = 4
const roundsEach = 50

/**
 * A leak grows in every window of rounds; a heap that settles grows in some.
 * @returns by how many MB the process grew in the window with the least growth, not counting the first window
 */
function leastGrowthMb(round: (i: number) => void): number {
  const sizes: number[] = []
  for (let window = 0; window <= windows; window++) {
    for (let i = 0; i < roundsEach; i++) round(window * roundsEach + i)
    sizes.push(residentMb())
  }
  return Math.min(...sizes.slice(1).map((size, i) => size - sizes[i]!))
}

/** Measured 0; 14.5 if everything that XLA compiled for 50 functions is kept. */
const allowedMb = 8

test('memory', async (t) => {
  if (!compiledRuntimeOrSkip(t)) return
  await openQuicklyCompilingRuntime()
  const folder = temporaryFolder()
  const base = await writeToyModel(path.join(folder, 'base'))

  await t.test('200 functions that are compiled, called and disposed leave nothing', (t) => {
    const grown = leastGrowthMb((i) => {
      const fn = compile('toy', ({ x }: Tensors<'x'>) => ({
        y: tf.softmax(tf.matMul(tf.add(x, i), x, false, true)),
      }))
      fn.values({ x: tf.ones([8, 16]) })
      fn.dispose()
    })
    t.diagnostic(`grown by ${grown.toFixed(1)} MB`)
    assert.ok(grown < allowedMb, `grown by ${grown} MB`)
  })

  await t.test('200 calls of one function leave nothing', (t) => {
    const fn = compile('one', ({ x }: Tensors<'x'>) => ({ y: tf.softmax(tf.matMul(x, x, false, true)) }))
    const x = tf.ones([64, 64])
    const grown = leastGrowthMb(() => tf.dispose(fn.call({ x })))
    fn.dispose()
    t.diagnostic(`grown by ${grown.toFixed(1)} MB`)
    assert.ok(grown < allowedMb, `grown by ${grown} MB`)
  })

  for (const [title, keepsOne] of [
    ['models that are loaded, sampled from and disposed, 200 of them, leave nothing', false],
    ['so they do while another model stays in use', true],
  ] as const) {
    await t.test(title, (t) => {
      const kept = keepsOne ? new Sampler(base) : null
      const grown = leastGrowthMb((i) => {
        const sampler = new Sampler(base)
        sampler.sample(i)
        sampler.dispose()
        kept?.sample(i)
      })
      kept?.dispose()
      t.diagnostic(`grown by ${grown.toFixed(1)} MB`)
      assert.ok(grown < allowedMb, `grown by ${grown} MB`)
    })
  }
})

const { demonstrations } = toyExamples(4, toyTokenizer())

/** A model with its generator. */
class Sampler {
  readonly #model
  readonly #generator

  constructor(source: string) {
    this.#model = loadModel(source)
    this.#generator = new Generator(this.#model)
  }

  sample(seed: number): void {
    const queries = demonstrations.map(({ query }) => query)
    this.#generator.generate(queries, {
      ...{ temperature: 1, topK: 0, topP: 1, maxNewTokens: 3, eosIds: [2], padId: 0, stream: 'test' },
      ...{ seed, ...snugLengths },
    })
  }

  dispose(): void {
    this.#generator.dispose()
    disposeModel(this.#model)
  }
}
