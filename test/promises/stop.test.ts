/** Pause is prompt, also within a step that takes long, and leaves a checkpoint. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { openHost } from '../../electron/host/router.ts'
import { temporaryFolder } from '../host/entry/cli-process.ts'
import { makeToyProject } from '../host/toy-project.ts'
import { quickCompilation } from '../invariant/compiled.ts'
import { writeToyModel } from '../invariant/toy.ts'
import { count, isLong } from './count.ts'

process.env.XLA_FLAGS ??= quickCompilation
const folder = temporaryFolder()
const project = path.join(folder, 'stop.stet')
const host = openHost({ onOutput: () => {} })
const client = createRouterClient(host.router).verbs
after(() => host.close())

/** 0.97 billion parameters on the toy's tokens, or a step of a second or so. */
const shape = isLong
  ? {
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 16,
      num_attention_heads: 32,
      num_key_value_heads: 8,
    }
  : { hidden_size: 256, intermediate_size: 1024, num_hidden_layers: 4, num_attention_heads: 4 }
const config = {
  batchSize: isLong ? 24 : 64,
  microBatchSize: 1,
  loraRank: 8,
  epochs: 100,
  learningRate: 1e-3,
  klSamples: 0,
  checkpointEvery: 1000,
}
const limitMs = 10_000
let model: string

before(async () => {
  model = await writeToyModel(path.join(folder, 'model'), { config: { ...shape, head_dim: 64 } })
  await makeToyProject(createRouterClient(host.router), project, isLong ? 30 : 80)
})

test('a run that is asked to pause in the middle of a step does so at once, with a checkpoint', async () => {
  const call = new AbortController()
  const options = { signal: call.signal }
  const events = await client['train sft']({ project, model, name: 'long', config }, options)
  let stepAt = performance.now()
  let stepMs = 0
  for (let steps = 0; steps < 2; ) {
    const next = await events.next()
    assert(!next.done)
    if (next.value.type !== 'step') continue
    steps++
    stepMs = performance.now() - stepAt
    stepAt = performance.now()
  }
  await new Promise((resolve) => setTimeout(resolve, stepMs / 4))
  const askedAt = performance.now()
  call.abort()
  let end = await events.next()
  while (!end.done) end = await events.next()
  const ms = performance.now() - askedAt
  assert.equal(end.value.state, 'paused')
  assert.equal(end.value.step, 2, 'the step that it was in is dropped')
  const saved = path.join(project, 'checkpoints', end.value.run, 'step-00000002', 'manifest.json')
  assert.ok(existsSync(saved))
  assert.ok(ms < limitMs, `it took ${ms} ms`)
  if (isLong) assert.ok(stepMs > 2 * limitMs, `a step takes ${stepMs} ms`)
  const seconds = (value: number) => (value / 1000).toFixed(1)
  count(
    'stop',
    `0.97 billion parameters, LoRA, a step of ${seconds(stepMs)} s: paused with a checkpoint after ${seconds(ms)} s`,
  )
})
