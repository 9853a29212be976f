/** Errors as OpenAI's clients expect them: an HTTP status, and a body with a sentence. */
import { UserError } from '../../../contract/errors.ts'

interface ApiErrorParts {
  type?: string
  /** The parameter that is wrong. */
  param?: string | null
  code?: string | null
}

export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly parts: Required<ApiErrorParts>

  constructor(status: number, message: string, parts: ApiErrorParts = {}) {
    super(message)
    this.status = status
    const {
      type = status < 500 ? 'invalid_request_error' : 'server_error',
      param = null,
      code = null,
    } = parts
    this.parts = { type, param, code }
  }

  get body(): object {
    return { error: { message: this.message, ...this.parts } }
  }
}

/** An error as the client sees it. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (!(error instanceof UserError)) return new ApiError(500, `Unexpected error: ${error}`)
  return new ApiError(error.code === 'bad_input' ? 400 : 503, error.message)
}
