/** The refusal of a file because of one of its rows. */
import { UserError } from '../../contract/errors.ts'

export function badRow(file: string, line: number, reason: string): UserError {
  return new UserError('bad_input', `${file}, line ${line}: ${reason}. Fix or remove this row.`)
}
