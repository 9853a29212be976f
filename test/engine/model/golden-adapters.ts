/** Checks adapters (PyTorch, PEFT) on the runtime that is open: shared by one test file per runtime. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { openSafetensors } from '../../../electron/engine/formats/safetensors.ts'
import { adaptModel, disposeModel, type Model, weightsOf } from '../../../electron/engine/model/model.ts'
import { saveAdapters } from '../../../electron/engine/model/sources/adapter-files.ts'
import { loadModel, saveModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { causalBias, hiddenStates, logitsOf } from '../../../electron/engine/model/transformer.ts'
import { compile } from '../../../electron/engine/runtime/compile.ts'
import { openRuntime, type RuntimeOptions, runtime } from '../../../electron/engine/runtime/runtime.ts'
import { assertClose } from '../../golden.ts'
import { temporaryFolder } from '../../invariant/toy.ts'
import { checkGolden, checkGradients, type Golden, type GoldenInputs, inputsOf } from './golden-models.ts'

const goldenFolder = path.resolve(import.meta.dirname, '../../golden')
const rank = 2

/** The golden models with adapters, one or more of every family. */
export const goldenAdapterNames: readonly string[] = [
  'llama-tied',
  'gpt2',
  'phi3',
  'granite',
  'gpt-neox',
  'gpt-neo',
  'qwen2',
  'qwen3',
  'mistral',
  'gemma3',
  'smollm3',
  'olmo2',
]

/** Registers the tests. */
export function testGoldenAdapters(
  options: RuntimeOptions,
  expectedKind: 'tensorflow' | 'wasm',
  tested: readonly string[] = goldenAdapterNames,
): void {
  const folder = temporaryFolder()
  for (const name of tested) {
    test(`${name} with adapters agrees with PEFT, on its base and merged; the files are PEFT's`, async () => {
      assert.equal((await openRuntime(options)).kind, expectedKind)
      const peft = path.join(goldenFolder, 'lora', name)
      const golden = JSON.parse(readFileSync(path.join(peft, 'golden.json'), 'utf8')) as Golden
      const base = loadModel(path.join(goldenFolder, name))
      const model = adaptModel(base, rank, 1)

      const before = logits(base, golden)
      assertUnchanged(logits(model, golden), before)
      readAdapters(model, peft)
      checkGolden(model, golden)
      checkGradients(model, golden)
      assert.deepEqual(logits(base, golden), before, 'the base has not changed')

      await saveAdapters(model, path.join(folder, name, 'adapter'))
      assertSameAdapters(path.join(folder, name, 'adapter'), peft)
      await saveModel(model, path.join(folder, name, 'merged'))
      const merged = loadModel(path.join(folder, name, 'merged'))
      checkGolden(merged, golden)
      for (const each of [merged, model, base]) disposeModel(each)
    })
  }
}

/** New adapters add zeros. Op by op no bit changes; XLA fuses other ops and so rounds differently. */
function assertUnchanged(adapted: Float32Array, base: Float32Array): void {
  if (runtime().compiles) assertClose(adapted, [...base], 'logits', { absolute: 5e-6, relative: 0 })
  else assert.deepEqual(adapted, base)
}

function logits(model: Model, golden: Golden): Float32Array {
  const fn = compile('logits', ({ ids, positions, mask }: GoldenInputs) => {
    const batch = { ids, positions, attentionBias: causalBias(mask) }
    const hidden = hiddenStates(model.config, weightsOf(model), batch)
    return { logits: logitsOf(model.config, weightsOf(model), hidden) }
  })
  const { logits } = fn.values(inputsOf(golden))
  fn.dispose()
  return logits
}

/** Gives the adapters the values of PEFT's file, which must have exactly these. */
function readAdapters(model: Model, peft: string): void {
  const file = openSafetensors(path.join(peft, 'adapter_model.safetensors'))
  const shapes = [...model.parameters].map(([name, { shape }]) => [`base_model.model.${name}`, shape])
  assert.deepEqual(
    Object.fromEntries([...file.tensors].map(([name, { shape }]) => [name, shape])),
    Object.fromEntries(shapes),
  )
  for (const [name, variable] of model.parameters) {
    const value = tf.tensor(file.readTensor(`base_model.model.${name}`), variable.shape, 'float32')
    variable.assign(value)
    value.dispose()
  }
}

function assertSameAdapters(ours: string, peft: string): void {
  const [saved, expected] = [ours, peft].map((at) =>
    openSafetensors(path.join(at, 'adapter_model.safetensors')),
  )
  assert.deepEqual([...saved!.tensors.keys()].sort(), [...expected!.tensors.keys()].sort())
  for (const name of expected!.tensors.keys())
    assert.deepEqual(saved!.readTensor(name), expected!.readTensor(name), name)
  const [config, wanted] = [ours, peft].map(
    (at) => JSON.parse(readFileSync(path.join(at, 'adapter_config.json'), 'utf8')) as Record<string, unknown>,
  )
  for (const [key, value] of Object.entries(wanted!))
    assert.deepEqual(Array.isArray(value) ? (config![key] as string[]).sort() : config![key], value, key)
}
