/** The type of a verb's implementation. */
import type { AnyContractProcedure } from '@orpc/contract'
import type { Hooks } from '../contract/events.ts'
import type { InputOf, ResultOf } from '../contract/verbs.ts'
import type { Lab } from './context.ts'

/** An implementation of each verb of a subject; its input has been checked. */
export type Implements<Subject extends Record<string, AnyContractProcedure>> = {
  [Name in keyof Subject]: (
    lab: Lab,
    input: InputOf<Subject[Name]>,
    hooks: Hooks,
  ) => Promise<ResultOf<Subject[Name]>>
}
