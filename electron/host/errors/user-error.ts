/** Failures that the user can fix: those that Stet reports, and some that the operating system reports. */
import { UserError } from '../../contract/errors.ts'

/** @returns null for an unexpected error */
export function asUserError(error: unknown): UserError | null {
  return error instanceof UserError ? error : systemError(error)
}

/** A full disk and missing permissions can occur anywhere. */
function systemError(error: unknown): UserError | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  if (error.name === 'AbortError') return new UserError('cancelled', 'Cancelled; nothing was changed.')
  const target = 'path' in error ? String(error.path) : 'a file of the project'
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'SQLITE_FULL') {
    return new UserError(
      'out_of_space',
      `The disk is full: ${target} could not be written. Free some space and try again.`,
    )
  }
  if (error.code === 'EIO') {
    return new UserError(
      'unavailable',
      `The disk reports an error: ${target} could not be read or written. Make sure that the disk can be used and try again.`,
    )
  }
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    return new UserError(
      'unavailable',
      `Permission to use ${target} is denied. Change its permissions, or choose another place.`,
    )
  }
  return null
}
