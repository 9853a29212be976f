/** The refusal of small work that would otherwise wait for hours behind the trainer's job. */
import { UserError } from '../../contract/errors.ts'

/** @param alternative what else to do, after "or" */
export function trainerBusy(alternative?: string): UserError {
  const advice = alternative
    ? `Wait for the run to finish, pause it, or ${alternative}.`
    : 'Wait for the run to finish, or pause it.'
  return new UserError('unavailable', `The trainer is busy. ${advice}`)
}
