/** Gives errors the contract's codes, the same at every entry point. Unexpected errors are passed through. */
import { ORPCError, ValidationError } from '@orpc/server'
import { z } from 'zod'
import type { UserError } from '../../contract/errors.ts'
import { errorStatus } from '../../contract/procedure.ts'
import { inputMistake } from './parse-input.ts'
import { asUserError } from './user-error.ts'

/** @param inputSchema of the procedure, for naming a mistake in the input */
export function toContractError(error: unknown, inputSchema?: unknown): unknown {
  const userError = asUserError(error) ?? refusedInput(error, inputSchema)
  if (!userError) return error
  const { code, message } = userError
  return new ORPCError(code, { message, status: errorStatus[code], defined: true, cause: error })
}

function refusedInput(error: unknown, schema: unknown): UserError | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null
  const { cause } = error
  if (!(cause instanceof ValidationError) || !(schema instanceof z.ZodType)) return null
  return inputMistake(cause.issues[0] as z.core.$ZodIssue, schema, cause.data)
}
