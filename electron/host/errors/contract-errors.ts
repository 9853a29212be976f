/** Errors of the host as the contract's closed codes, the same at every entry point. Defects pass as they are. */
import { ORPCError, ValidationError } from '@orpc/server'
import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import { errorStatus } from '../../contract/procedure.ts'
import { describeMistake } from './input-mistake.ts'
import { asUserError } from './user-error.ts'

/** @param input the procedure's input schema, for naming a mistake in the input */
export function toContractError(error: unknown, input?: unknown): unknown {
  const known = asUserError(error) ?? inputMistake(error, input)
  if (!known) return error
  const { code, message } = known
  return new ORPCError(code, { message, status: errorStatus[code], defined: true, cause: error })
}

function inputMistake(error: unknown, input: unknown): UserError | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null
  const { cause } = error
  if (!(cause instanceof ValidationError) || !(input instanceof z.ZodType)) return null
  const issue = cause.issues[0] as z.core.$ZodIssue
  return new UserError('bad_input', describeMistake(issue, input))
}
