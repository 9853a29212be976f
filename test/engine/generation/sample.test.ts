/** Sampling against Transformers' logits warpers, and sampling in two levels against plain sampling. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import {
  filteredProbabilities,
  sampleFrom,
  sampleInGraph,
} from '../../../electron/engine/generation/sample.ts'
import { normals, uniforms } from '../../../electron/engine/random.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import type { Tensors } from '../../../electron/engine/runtime/tensor-record.ts'
import { assertClose, readGolden } from '../../golden.ts'

interface Golden {
  logits: number[][]
  cases: { temperature: number; topK: number | null; topP: number | null; probabilities: number[][] }[]
}

test('temperature, top-k and top-p give the probabilities of Transformers', () => {
  const golden = readGolden<Golden>('sampling.json')
  for (const { temperature, topK, topP, probabilities } of golden.cases) {
    golden.logits.forEach((row, i) => {
      const actual = filteredProbabilities(Float32Array.from(row), {
        temperature,
        topK: topK ?? 0,
        topP: topP ?? 1,
      })
      assertClose(actual, probabilities[i]!, `t ${temperature} k ${topK} p ${topP} row ${i}`, {
        absolute: 1e-6,
        relative: 0,
      })
      for (const [v, p] of probabilities[i]!.entries()) if (p === 0) assert.equal(actual[v], 0)
    })
  }
})

test('sampling in the graph equals sampling from the running sum', async () => {
  await openRuntime()
  const [rows, vocabSize] = [512, 389]
  const logits = normals({ seed: 3, stream: 'logits' }, 0, rows * vocabSize)
  const numbers = uniforms({ seed: 3, stream: 'draw' }, 0, rows)
  numbers[0] = 0
  numbers[1] = 1 - 2 ** -24
  const draw = compile('draw', (inputs: Tensors<'logits' | 'uniforms'>) => ({
    tokens: sampleInGraph(inputs.logits, inputs.uniforms),
  }))
  const drawn = draw.values({
    logits: tf.tensor2d(logits, [rows, vocabSize]),
    uniforms: tf.tensor1d(numbers),
  }).tokens
  let different = 0
  for (let row = 0; row < rows; row++) {
    const probabilities = filteredProbabilities(logits.subarray(row * vocabSize, (row + 1) * vocabSize), {
      temperature: 1,
      topK: 0,
      topP: 1,
    })
    if (sampleFrom(probabilities, numbers[row]!) !== drawn[row]) different++
    assert.ok(drawn[row]! >= 0 && drawn[row]! < vocabSize)
  }
  assert.ok(different <= 1, `${different} rows differ; float32 may move one across a boundary`)
})
