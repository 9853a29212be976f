/** A run that is killed while it saves has its newest checkpoint and the one before it, whole. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import {
  checkpointFolders,
  latestCheckpoint,
  listCheckpoints,
  pruneCheckpoints,
} from '../../electron/engine/checkpoints/checkpoint-folder.ts'
import { recordText, stepFolder } from '../../electron/engine/checkpoints/checkpoint-record.ts'
import { damageOf } from '../../electron/engine/checkpoints/verify.ts'
import { openSafetensors } from '../../electron/engine/formats/safetensors.ts'
import { stateAt, valueAt, variableSizes } from '../faults/checkpoint-values.ts'
import { temporaryFolder } from '../host/entry/cli-process.ts'
import { count, times } from './count.ts'

const scratch = temporaryFolder()
const kills = times({ few: 5, many: 100 })
const script = path.resolve(import.meta.dirname, '../faults/checkpoints-process.ts')

/** @returns the newest step whose checkpoint was acknowledged before the kill */
async function saveUntilKilled(folder: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../.stet/compile-cache'),
    },
  })
  let acknowledged = 0
  const lines = createInterface({ input: child.stdout })
  lines.once('line', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
  lines.on('line', (line) => {
    acknowledged = Number(line)
  })
  const [, signal] = await once(child, 'close')
  assert.equal(signal, 'SIGKILL')
  return acknowledged
}

function checkValues(folder: string, step: number): void {
  const saved = openSafetensors(path.join(folder, 'state.safetensors'))
  for (const [name, size] of variableSizes) {
    const values = saved.readTensor(name)
    assert.equal(values.length, size)
    assert.ok(
      values.every((value) => value === valueAt(name, step)),
      `${name} of step ${step}`,
    )
  }
}

/** Every checkpoint that is listed is whole. @returns the newest one's step */
async function checkCheckpoints(folder: string): Promise<number> {
  const listed = listCheckpoints(folder)
  assert.deepEqual(
    listed.map(({ step }) => step),
    checkpointFolders(folder).map(({ step }) => step),
  )
  for (const { folder, step, state } of listed) {
    assert.equal(await damageOf(folder), null, `step ${step}`)
    assert.deepEqual(state, stateAt(step))
    checkValues(folder, step)
  }
  const newest = latestCheckpoint(folder)?.step ?? 0
  if (newest > 1)
    assert.ok(
      listed.some(({ step }) => step === newest - 1),
      `no checkpoint before ${newest}`,
    )
  return newest
}

test(`${kills} kills of a run that saves leave its newest checkpoint, and the one before it`, async () => {
  const folder = path.join(scratch, 'killed')
  let newest = 0
  let during = 0
  let killed = 0
  const isTelling = () => newest > kills && during > 0
  // How many it takes until one falls within a checkpoint depends on the machine.
  for (; killed < kills || (!isTelling() && killed < 20 * kills); killed++) {
    const acknowledged = await saveUntilKilled(folder, 20 + ((killed * 37) % 200))
    assert.ok(acknowledged >= newest, 'the run continued from its newest checkpoint')
    newest = existsSync(folder) ? await checkCheckpoints(folder) : 0
    assert.ok([acknowledged, acknowledged + 1].includes(newest), `${newest} after ${acknowledged}`)
    if (existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.partial'))) during++
  }
  assert.ok(isTelling())
  count(
    'checkpoints',
    `${killed} kills of a run that saves, ${during} within a checkpoint: 0 of ${newest} lost or torn, the one before always there`,
  )
})

test('a checkpoint whose removal is interrupted is not listed, and is removed later', ({ mock }) => {
  const folder = path.join(scratch, 'pruned')
  for (const step of [1, 2, 3]) {
    mkdirSync(path.join(folder, stepFolder(step)), { recursive: true })
    writeFileSync(path.join(folder, stepFolder(step), 'manifest.json'), recordText(step, stateAt(step), {}))
  }
  const { mock: removal } = mock.method(fs, 'rmSync', () => {
    throw new Error('killed')
  })
  syncBuiltinESMExports()
  assert.throws(() => pruneCheckpoints(folder, 2, null), /killed/)
  removal.restore()
  syncBuiltinESMExports()
  const steps = listCheckpoints(folder).map(({ step }) => step)
  assert.deepEqual(steps, [2, 3])
  pruneCheckpoints(folder, 2, null)
  assert.deepEqual(readdirSync(folder), [2, 3].map(stepFolder))
})
