/**
 * Opens model folders and prints what Stet computes with each, one JSON line per folder, for check_models.py.
 * Standard input: one JSON line per folder, `{folder, ids, new}`: token ids (N) and how many to add greedily.
 * Output: `{folder, logits, greedy}` with N x V logits in one list, or `{folder, error}` for a model that is refused.
 */
import { createInterface } from 'node:readline'
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../electron/contract/errors.ts'
import { Generator } from '../../electron/engine/generation/generate.ts'
import { disposeModel, type Model, weightsOf } from '../../electron/engine/model/model.ts'
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { causalBias, hiddenStates, logitsOf } from '../../electron/engine/model/transformer.ts'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'

interface Order {
  folder: string
  ids: number[]
  new: number
}

function logits(model: Model, ids: number[]): number[] {
  return tf.tidy(() => {
    const positions = ids.map((_, position) => position)
    const batch = {
      ids: tf.tensor2d([ids], undefined, 'int32'),
      positions: tf.tensor2d([positions], undefined, 'int32'),
      attentionBias: causalBias(tf.ones([1, ids.length])),
    }
    const hidden = hiddenStates(model.config, weightsOf(model), batch)
    return [...logitsOf(model.config, weightsOf(model), hidden).dataSync()]
  })
}

function greedy(model: Model, ids: number[], maxNewTokens: number): number[] {
  const generator = new Generator(model)
  const settings = { temperature: 0, topK: 0, topP: 1, eosIds: [], padId: 0, seed: 1, stream: 'interop' }
  const [row] = generator.generate([ids], { ...settings, maxNewTokens })
  generator.dispose()
  return row!.response
}

function results({ folder, ids, new: count }: Order): object {
  try {
    const model = loadModel(folder)
    try {
      return { folder, logits: logits(model, ids), greedy: greedy(model, ids, count) }
    } finally {
      disposeModel(model)
    }
  } catch (error) {
    if (error instanceof UserError) return { folder, error: error.message }
    throw error
  }
}

await openRuntime({ kind: 'wasm' })
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(results(JSON.parse(line) as Order)))
