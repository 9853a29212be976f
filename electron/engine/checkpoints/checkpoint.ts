/**
 * Checkpoints: a folder with every variable of a run (safetensors) and a manifest (JSON) with checksums. Written to a
 * temporary folder, fsynced and renamed, so a checkpoint is never incomplete. Loading restores the same bytes.
 */
import path from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../contract/errors.ts'
import { writeFileAtomic, writeFolderAtomic } from '../formats/atomic.ts'
import { openSafetensors, type Safetensors, safetensorsChunks, shapeText } from '../formats/safetensors.ts'
import type { Variable } from '../runtime/variable.ts'
import type { Checkpoint } from './checkpoint-folder.ts'
import {
  type CheckpointState,
  manifestFile,
  recordText,
  Summing,
  stateFile,
  stepFolder,
} from './checkpoint-record.ts'

/**
 * @returns the checkpoint's folder: `step-00000040` under `runFolder`
 * @throws UserError when a number is not finite; the previous checkpoint then stays the newest
 */
export async function saveCheckpoint(
  runFolder: string,
  step: number,
  variables: Map<string, Variable>,
  state: CheckpointState,
): Promise<string> {
  const folder = path.join(runFolder, stepFolder(step))
  await writeFolderAtomic(folder, async (partial) => {
    const file = path.join(partial, stateFile)
    const summing = new Summing()
    await writeFileAtomic(file, summing.pass(safetensorsChunks(file, variableEntries(variables, step))))
    const record = recordText(step, state, { [stateFile]: summing.sum })
    await writeFileAtomic(path.join(partial, manifestFile), [record])
  })
  return folder
}

function variableEntries(variables: Map<string, Variable>, step: number) {
  return [...variables].map(([name, variable]) => ({
    name,
    dtype: 'F32' as const,
    shape: variable.shape,
    data: () => finite(name, step, variable.data()),
  }))
}

function finite(name: string, step: number, values: Float32Array): Float32Array {
  if (values.every(Number.isFinite)) return values
  throw new UserError(
    'diverged',
    `Training diverged: ${name} is no longer finite after step ${step}, which is not saved. Lower the learning rate and resume: the run continues from its last checkpoint.`,
  )
}

/**
 * Sets every variable to its saved value.
 * @throws UserError when the checkpoint is of another model; nothing is set then
 */
export function restoreVariables({ folder }: Checkpoint, variables: Map<string, Variable>): void {
  const saved = openSafetensors(path.join(folder, stateFile))
  checkShapes(saved, variables)
  for (const [name, variable] of variables) {
    const value = tf.tensor(saved.readTensor(name), variable.shape, 'float32')
    variable.assign(value)
    value.dispose()
  }
}

function checkShapes(saved: Safetensors, variables: Map<string, Variable>): void {
  for (const [name, { shape }] of variables) {
    const savedShape = saved.tensors.get(name)?.shape
    if (savedShape?.join() === shape.join()) continue
    const difference = savedShape
      ? `${name} as ${shapeText(savedShape)}, but the run has it as ${shapeText(shape)}`
      : `no ${name}`
    const message = `${saved.path} is a checkpoint of another model: it has ${difference}. Start a new run, or restore this run's model.`
    throw new UserError('bad_input', message)
  }
}
