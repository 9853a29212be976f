/** What goes wrong in the host as the contract's closed codes, the same behind every door. Defects pass as they are. */
import { ORPCError, ValidationError } from '@orpc/server'
import { z } from 'zod'
import { errorCodes, UserError } from '../../contract/errors.ts'
import { errorStatus } from '../../contract/verb.ts'
import { describeMistake } from './input-mistake.ts'

/** @param input the procedure's input schema, for naming a mistake in the input */
export function toContractError(error: unknown, input?: unknown): unknown {
  const known = error instanceof UserError ? error : (inputMistake(error, input) ?? systemMistake(error))
  if (!known) return error
  const { code, message } = known
  return new ORPCError(code, { message, status: errorStatus[code], defined: true, cause: error })
}

/** The way back, for doors in the same process. */
export function fromContractError(error: unknown): UserError | null {
  if (!(error instanceof ORPCError)) return null
  const code = errorCodes.find((known) => known === error.code)
  return code ? new UserError(code, error.message, { cause: error.cause }) : null
}

function inputMistake(error: unknown, input: unknown): UserError | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null
  const { cause } = error
  if (!(cause instanceof ValidationError) || !(input instanceof z.ZodType)) return null
  const issue = cause.issues[0] as z.core.$ZodIssue
  return new UserError('bad_input', describeMistake(issue, input))
}

/** A full disk and missing permissions are no defects, wherever they are met. */
function systemMistake(error: unknown): UserError | null {
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
