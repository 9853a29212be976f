/**
 * A run's checkpoints on disk: finds the complete ones, removes old ones, and sets aside what a run cannot continue
 * from. No tensors here.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import { partialSuffix } from '../formats/atomic.ts'
import { type CheckpointState, manifestFile, readRecord, stepFolder } from './checkpoint-record.ts'

export interface Checkpoint {
  folder: string
  step: number
  state: CheckpointState
}

/** Where checkpoints are kept that their run does not continue from; nothing removes them but the user. */
const asideFolder = 'set-aside'

/** Ends the name of a checkpoint whose step is being repeated; it is removed when the run has reached that step. */
const repeatedSuffix = '.repeated'

/**
 * The newest complete checkpoint of a run, or null.
 * @throws UserError if its record is damaged: training never falls back unasked, because the host has to know
 */
export function latestCheckpoint(runFolder: string): Checkpoint | null {
  const folder = stepFolders(runFolder).at(-1)
  if (folder === undefined) return null
  const record = readRecord(folder)
  if (typeof record !== 'string') return { folder, step: record.step, state: record.state }
  throw new UserError(
    'bad_input',
    `${path.join(folder, manifestFile)} ${record}. Resume the run: it continues from the checkpoint before it.`,
  )
}

/** Every complete checkpoint of a run whose record can be read, oldest first. */
export function listCheckpoints(runFolder: string): Checkpoint[] {
  return stepFolders(runFolder).flatMap((folder) => {
    const record = readRecord(folder)
    return typeof record === 'string' ? [] : [{ folder, step: record.step, state: record.state }]
  })
}

/** The checkpoints that were set aside, oldest first. */
export function listSetAside(runFolder: string): Checkpoint[] {
  return listCheckpoints(path.join(runFolder, asideFolder))
}

/** Folders of all checkpoints, readable or not, oldest first. */
export function checkpointFolders(runFolder: string): { folder: string; step: number }[] {
  return stepFolders(runFolder).map((folder) => ({ folder, step: Number(path.basename(folder).slice(5)) }))
}

/** Moves a checkpoint to where the run does not continue from it. @returns its new folder */
export function setAside(checkpoint: string): string {
  const aside = path.join(path.dirname(checkpoint), asideFolder)
  mkdirSync(aside, { recursive: true })
  const name = path.join(aside, path.basename(checkpoint))
  let free = name
  for (let copy = 2; existsSync(free); copy++) free = `${name}-${copy}`
  renameSync(checkpoint, free)
  return free
}

/** Renames a checkpoint whose step is about to be repeated. */
export function markRepeated(checkpoint: string): void {
  removeFolder(`${checkpoint}${repeatedSuffix}`)
  renameSync(checkpoint, `${checkpoint}${repeatedSuffix}`)
}

/**
 * Removes all but the newest `keep` checkpoints, what a crash left of unfinished ones, and those that were repeated.
 * @param best a step whose checkpoint is kept as well
 */
export function pruneCheckpoints(runFolder: string, keep: number, best: number | null): void {
  const folders = stepFolders(runFolder)
  const repeated = stepFolders(runFolder, repeatedSuffix).filter(
    (folder) => folder.slice(0, -repeatedSuffix.length) <= (folders.at(-1) ?? ''),
  )
  for (const folder of [...stepFolders(runFolder, partialSuffix), ...repeated]) removeFolder(folder)
  for (const folder of folders.slice(0, -keep)) {
    if (best !== null && path.basename(folder) === stepFolder(best)) continue
    // What a crash leaves of it is then an unfinished one, not a damaged checkpoint.
    const unfinished = `${folder}${partialSuffix}`
    renameSync(folder, unfinished)
    removeFolder(unfinished)
  }
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** Checkpoints, or folders with this suffix after the step; oldest first. */
function stepFolders(runFolder: string, suffix = ''): string[] {
  if (!existsSync(runFolder)) return []
  const names = readdirSync(runFolder).filter((name) => /^step-\d{8}(.*)$/.exec(name)?.[1] === suffix)
  return names.sort().map((name) => path.join(runFolder, name))
}
