/** Every family trains from its files to its files: two steps of SFT, of all weights and of adapters. */
import assert from 'node:assert/strict'
import { copyFileSync, cpSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { SftConfig } from '../../../electron/contract/run-kinds/sft.ts'
import { openModelSource } from '../../../electron/engine/model/sources/model-source.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { assertClose } from '../../golden.ts'
import { temporaryFolder, toyRows, writeRows } from '../../invariant/toy.ts'

const golden = path.resolve(import.meta.dirname, '../../golden')
const folder = temporaryFolder()
const input = path.join(folder, 'rows.jsonl')

before(async () => {
  await openRuntime({ kind: 'wasm' })
  writeRows(input, toyRows(8, 2))
})

/** The golden model with the tokenizer that all of them share. */
function modelWithTokenizer(name: string): string {
  const copy = path.join(folder, name)
  cpSync(path.join(golden, name), copy, { recursive: true })
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(path.join(golden, 'llama-tied', file), path.join(copy, file))
  return copy
}

async function trained(start: string, loraRank: number | null) {
  const losses: number[] = []
  const emit = (event: JobEvent) => {
    if (event.type === 'step') losses.push(event.metrics['sft/loss']!)
  }
  const config = SftConfig.parse({ batchSize: 8, epochs: 2, learningRate: 3e-3, loraRank, klSamples: 2 })
  const run = path.join(folder, `${path.basename(start)}-${loraRank}`)
  const job = { kind: 'sft', model: { path: start }, config, input, folder: run } as const
  await runJob(job, { emit, signal: new AbortController().signal })
  return { losses, source: openModelSource(path.join(run, 'model')) }
}

for (const name of ['qwen3', 'mistral', 'gemma3', 'smollm3', 'olmo2'])
  test(`${name} is trained and saved as itself`, async () => {
    const start = modelWithTokenizer(name)
    const before = openModelSource(start)
    for (const loraRank of [null, 2]) {
      const { losses, source } = await trained(start, loraRank)
      assert.equal(losses.length, 2)
      assert.ok(losses[1]! < losses[0]!, `the loss falls: ${losses}`)
      assert.deepEqual({ ...source.config, padId: 0 }, { ...before.config, padId: 0 })
      assert.deepEqual([...source.parameters.shapes], [...before.parameters.shapes])
      const weight = 'model.layers.1.mlp.down_proj.weight'
      assert.notDeepEqual(source.parameters.read(weight), before.parameters.read(weight))
    }
  })

test('the adapter of a run opens as the run’s model, and is trained further', async () => {
  const start = modelWithTokenizer('qwen3')
  const { source } = await trained(start, 3)
  const adapter = path.join(folder, 'qwen3-3', 'adapter')
  const opened = openModelSource(adapter)
  assert.deepEqual(opened.tokenizerSource, { kind: 'huggingface', folder: start })
  for (const name of source.parameters.shapes.keys()) {
    const expected = [...source.parameters.read(name)]
    assertClose(opened.parameters.read(name), expected, name, { absolute: 1e-6, relative: 1e-6 })
  }
  const { losses } = await trained(adapter, 2)
  assert.ok(losses[1]! < losses[0]!, `the loss falls: ${losses}`)
})
