/** Failures that the user can do something about: what the program reports itself, and what the system reports. */
import { UserError } from '../../contract/errors.ts'

/** @returns null for a defect */
export function asUserError(error: unknown): UserError | null {
  return error instanceof UserError ? error : systemError(error)
}

/** A full disk and missing permissions are not defects, wherever they occur. */
function systemError(error: unknown): UserError | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  if (error.name === 'AbortError') return new UserError('cancelled', 'It was cancelled; nothing was changed.')
  const where = 'path' in error ? String(error.path) : 'a file of the project'
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'SQLITE_FULL') {
    return new UserError(
      'out_of_space',
      `The disk is full: ${where} could not be written. Free some space and try again.`,
    )
  }
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    return new UserError(
      'unavailable',
      `No permission to use ${where}. Change its permissions, or choose another place.`,
    )
  }
  return null
}
