/** Loading a model takes the memory of its weights and little more, also while it loads. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'
import { runChild } from './children.ts'
import { temporaryFolder, writeToyModel } from './toy.ts'

const folder = temporaryFolder()
const { compiles } = await openRuntime()
let small: string
let large: string

before(async () => {
  small = await writeToyModel(path.join(folder, 'small'))
  const config = { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 9, num_attention_heads: 12 }
  large = await writeToyModel(path.join(folder, 'large'), { config: { ...config, head_dim: 64 } })
})

async function peakOf(model: string): Promise<number> {
  const { output } = await runChild('load-child.ts', [model])
  return (JSON.parse(output) as { bytes: number }).bytes
}

// V8 keeps up to 25 MB of what was read until it collects, whatever the model (60 MB on the embedded runtime, which is
// for small models): 280 MB of weights show the rest.
test('loading peaks at no more than the weights and a fifth', {
  skip: compiles ? false : 'needs the compiled runtime',
}, async (context) => {
  const [base, peak] = [await peakOf(small), await peakOf(large)]
  const weights = statSync(path.join(large, 'model.safetensors')).size
  const ratio = (peak - base) / weights
  context.diagnostic(`${(weights / 1e6).toFixed(0)} MB of weights, ${ratio.toFixed(3)} times that in memory`)
  assert.ok(weights > 2.7e8)
  assert.ok(ratio <= 1.2, `${ratio} times the weights`)
  assert.ok(ratio > 0.5, `${ratio}: the weights are in memory`)
})
