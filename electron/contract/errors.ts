/** The error that a user may see: what happened, where, and what to do. Any other error is a defect. */

/** Closed set of codes, the same for every entry point. */
export const errorCodes = [
  'bad_input',
  'not_found',
  'conflict',
  'cancelled',
  'unavailable',
  'out_of_space',
  'out_of_memory',
  /** A project's database cannot be trusted; what can be saved is offered. */
  'damaged',
  /** Training went wrong: values that are not finite, or a tripwire. */
  'diverged',
] as const
export type ErrorCode = (typeof errorCodes)[number]

export class UserError extends Error {
  readonly code: ErrorCode
  /** @param message one or two sentences: what happened, where (file, line, key), and what to do */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'UserError'
    this.code = code
  }
}
