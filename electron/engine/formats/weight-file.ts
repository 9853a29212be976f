/** Reads parts of a weight file, and detects if the file is replaced or truncated between two reads. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { UserError } from '../../contract/errors.ts'

export interface WeightFile {
  readonly path: string
  readonly sizeBytes: number
  /** Distinguishes this file from one that replaced it. */
  readonly identity: string
}

/** One read call moves at most this much; larger requests fail on some systems. */
const maxReadBytes = 1 << 30
const lfsPointer = 'version https://git-lfs'

/** @throws UserError when the file is missing, unreadable, empty, or a git-lfs pointer instead of the weights */
export function openWeightFile(path: string): WeightFile {
  const file = withDescriptor(path, (descriptor) => describe(path, descriptor))
  if (file.sizeBytes === 0) throw damaged(file, 'it is empty')
  const start = readRange(file, 0, Math.min(file.sizeBytes, lfsPointer.length))
  if (Buffer.from(start).toString('latin1') === lfsPointer) {
    const message = `${path} holds a git-lfs pointer, not the weights. Run "git lfs pull" in its folder, or download it.`
    throw new UserError('bad_input', message)
  }
  return file
}

/**
 * @param position byte at which to start; the range must lie in the file
 * @returns bytes with their own buffer, so that any typed array can view them
 */
export function readRange(file: WeightFile, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  readInto(file, position, bytes)
  return bytes
}

/** Fills `bytes` from the file, starting at `position`. */
export function readInto(file: WeightFile, position: number, bytes: Uint8Array): void {
  withDescriptor(file.path, (descriptor) => {
    if (describe(file.path, descriptor).identity !== file.identity) throw changed(file)
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(
        descriptor,
        bytes,
        done,
        Math.min(bytes.length - done, maxReadBytes),
        position + done,
      )
      if (count === 0) throw changed(file)
      done += count
    }
  })
}

/** The error for a file that is not what its name says, or that is incomplete. */
export function damaged(file: WeightFile, what: string): UserError {
  const message = `${file.path} cannot be used: ${what}. Copy or download it again; if that does not help, the original is faulty.`
  return new UserError('bad_input', message)
}

function changed(file: WeightFile): UserError {
  return new UserError(
    'conflict',
    `${file.path} changed while it was being read. Try again once nothing is writing to it.`,
  )
}

function describe(path: string, descriptor: number): WeightFile {
  const stat = fstatSync(descriptor, { bigint: true })
  if (!stat.isFile()) throw new UserError('bad_input', `${path} is not a file.`)
  return {
    path,
    sizeBytes: Number(stat.size),
    identity: `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`,
  }
}

/** Opens the file for one use; O_NONBLOCK so that a pipe of that name cannot block the program. */
function withDescriptor<T>(path: string, use: (descriptor: number) => T): T {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      return use(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    if (code === 'ENOENT')
      throw new UserError('not_found', `The file ${path} does not exist.`, { cause: error })
    const message = `${path} cannot be read (${code}). Check that it is a file, its permissions, and the disk.`
    throw new UserError('bad_input', message, { cause: error })
  }
}
