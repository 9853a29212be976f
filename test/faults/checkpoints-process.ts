/**
 * A run that does nothing but save checkpoints: `node checkpoints-process.ts FOLDER`. It restores the newest one, prints its
 * step, and prints each step once its checkpoint is saved.
 */
import assert from 'node:assert/strict'
import { writeSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import { openRuntime } from '../../electron/engine/runtime/runtime.ts'
import { variableFrom } from '../../electron/engine/runtime/variable.ts'
import { RunState } from '../../electron/engine/training/run.ts'
import { stateAt, valueAt, variableSizes } from './checkpoint-values.ts'

await openRuntime({ kind: 'wasm' })
const variables = variableSizes.map(([name, size]) => variableFrom(name, [size], new Float32Array(size)))
const run = new RunState(process.argv[2]!, new Map(variables.map((variable) => [variable.name, variable])))

const restored = run.restore()
let step = restored?.step ?? 0
if (restored) assert.deepEqual(restored.state, stateAt(step))
for (const { name, data } of variables.map((variable) => ({ name: variable.name, data: variable.data() })))
  if (restored)
    assert.ok(
      data.every((value) => value === valueAt(name, step)),
      `${name} is torn`,
    )
writeSync(1, `${step}\n`)

for (;;) {
  step++
  for (const variable of variables)
    tf.tidy(() => variable.assign(tf.fill(variable.shape, valueAt(variable.name, step))))
  await run.save(step, stateAt(step))
  writeSync(1, `${step}\n`)
}
