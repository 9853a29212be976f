/** The implementation of each verb, and running a verb from any entry point. */
import { getEventIteratorSchemaDetails } from '@orpc/contract'
import { z } from 'zod'
import type { Hooks } from '../contract/events.ts'
import {
  describeVerb,
  type VerbInput,
  type VerbName,
  type VerbResult,
  type Verbs,
  verbs,
} from '../contract/verbs.ts'
import type { Lab } from './context.ts'
import { dataVerbs } from './data/import-export.ts'
import { parseInput } from './errors/parse-input.ts'
import { asUserError } from './errors/user-error.ts'
import { experimentVerbs } from './experiment/verbs.ts'
import type { Implements } from './implements.ts'
import { judgeVerbs } from './judge/verbs.ts'
import { labelVerbs } from './label/label.ts'
import { machineVerbs } from './machine/machine.ts'
import { modelVerbs } from './models/generate.ts'
import { projectVerbs } from './projects/create.ts'
import { runVerbs } from './runs/verbs.ts'
import { trainVerbs } from './train/train.ts'

const implementations: Implements<Verbs> = {
  ...projectVerbs,
  ...dataVerbs,
  ...labelVerbs,
  ...trainVerbs,
  ...runVerbs,
  ...modelVerbs,
  ...judgeVerbs,
  ...experimentVerbs,
  ...machineVerbs,
}

/** Runs a verb on input that the contract has checked. */
export function performVerb<Name extends VerbName>(
  lab: Lab,
  name: Name,
  input: VerbInput<Name>,
  hooks: Hooks,
): Promise<VerbResult<Name>> {
  return implementations[name](lab, input, hooks)
}

/**
 * Checks the input, runs the verb and checks the result, as the router does.
 * @throws UserError for mistakes in the input and for what the user can fix; any other error is unexpected
 */
export async function runVerb(
  lab: Lab,
  name: VerbName,
  input: unknown,
  hooks: Hooks,
): Promise<VerbResult<VerbName>> {
  const parsed = parseInput(describeVerb(name).input, input) as VerbInput<VerbName>
  try {
    return checkedResult(name, await performVerb(lab, name, parsed, hooks))
  } catch (thrown) {
    throw asUserError(thrown) ?? thrown
  }
}

/** Whether the verb reports events before its result. */
export function reportsEvents(name: VerbName): boolean {
  return getEventIteratorSchemaDetails(verbs[name]['~orpc'].outputSchema) !== undefined
}

/** Drops keys that the contract does not declare. */
function checkedResult(name: VerbName, result: VerbResult<VerbName>): VerbResult<VerbName> {
  const { outputSchema } = verbs[name]['~orpc']
  const schema = getEventIteratorSchemaDetails(outputSchema)?.returns ?? outputSchema
  if (!(schema instanceof z.ZodType)) throw new TypeError(`${name} has no zod schema of its result`)
  return schema.parse(result) as VerbResult<VerbName>
}
