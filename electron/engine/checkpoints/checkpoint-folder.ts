/** A run's checkpoints on disk: finds the newest complete one and removes old ones. No tensors here. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { partialSuffix } from '../formats/atomic.ts'

export const manifestFile = 'manifest.json'

/** A run's small state: counters and controllers, as JSON. */
export type CheckpointState = object

export interface Checkpoint {
  folder: string
  step: number
  state: CheckpointState
}

/** The newest complete checkpoint of a run, or null. */
export function latestCheckpoint(runFolder: string): Checkpoint | null {
  const folders = stepFolders(runFolder)
  return folders.length > 0 ? readCheckpoint(folders.at(-1)!) : null
}

/** Every complete checkpoint of a run, oldest first. */
export function listCheckpoints(runFolder: string): Checkpoint[] {
  return stepFolders(runFolder).map(readCheckpoint)
}

/**
 * Removes all but the newest `keep` checkpoints, and what a crash left of unfinished ones.
 * @param best a step whose checkpoint is kept as well
 */
export function pruneCheckpoints(runFolder: string, keep: number, best: number | null): void {
  const older = stepFolders(runFolder).slice(0, -keep)
  const removed = [
    ...older.filter((folder) => best === null || path.basename(folder) !== stepFolder(best)),
    ...stepFolders(runFolder, partialSuffix),
  ]
  for (const folder of removed) rmSync(folder, { recursive: true, force: true })
}

/** @returns the name of a step's folder, such as `step-00000040` */
export function stepFolder(step: number): string {
  return `step-${String(step).padStart(8, '0')}`
}

/** Checkpoints, or folders with this suffix after the step; oldest first. */
function stepFolders(runFolder: string, suffix = ''): string[] {
  if (!existsSync(runFolder)) return []
  const names = readdirSync(runFolder).filter((name) => /^step-\d{8}(.*)$/.exec(name)?.[1] === suffix)
  return names.sort().map((name) => path.join(runFolder, name))
}

function readCheckpoint(folder: string): Checkpoint {
  const file = path.join(folder, manifestFile)
  try {
    const { step, state } = JSON.parse(readFileSync(file, 'utf8')) as { step: number; state: CheckpointState }
    return { folder, step, state }
  } catch (cause) {
    throw new UserError(
      'bad_input',
      `${file} can't be read. Remove its folder to continue from the checkpoint before it.`,
      { cause },
    )
  }
}
