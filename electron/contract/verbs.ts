/** Every verb of the command line by its words, in the order in which the docs list them. */
import type { AnyContractProcedure, InferSchemaInput, InferSchemaOutput } from '@orpc/contract'
import { z } from 'zod'
import { dataVerbs } from './data.ts'
import { experimentVerbs } from './experiment.ts'
import { judgeVerbs } from './judge.ts'
import { labelVerbs } from './label.ts'
import { machineVerbs } from './machine.ts'
import { modelVerbs } from './models.ts'
import type { VerbMeta } from './procedure.ts'
import { projectVerbs } from './projects.ts'
import { trainVerbs } from './run-kinds/index.ts'
import { runVerbs } from './runs.ts'

export const verbs = {
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

export type Verbs = typeof verbs
/** As typed after `stet`: `train ppo`. */
export type VerbName = keyof Verbs

/** What the host is given for a verb: checked, with its defaults. */
export type VerbInput<Name extends VerbName> = InputOf<Verbs[Name]>
/** What a caller may give: what has a default may be omitted. */
export type VerbArguments<Name extends VerbName> = InferSchemaInput<
  NonNullable<Verbs[Name]['~orpc']['inputSchema']>
>
/** What a verb ends with, be it its output or the last value of its events. */
export type VerbResult<Name extends VerbName> = ResultOf<Verbs[Name]>

/** What the host is given for a procedure: checked, with its defaults. */
export type InputOf<Procedure extends AnyContractProcedure> = InferSchemaOutput<
  NonNullable<Procedure['~orpc']['inputSchema']>
>

/** What a procedure ends with, be it its output or the last value of its events. */
export type ResultOf<Procedure extends AnyContractProcedure> =
  Output<Procedure> extends AsyncIterator<unknown, infer Result, unknown> ? Result : Output<Procedure>
type Output<Procedure extends AnyContractProcedure> = InferSchemaInput<
  NonNullable<Procedure['~orpc']['outputSchema']>
>

export const VerbName = z.custom<VerbName>(
  (name) => typeof name === 'string' && Object.hasOwn(verbs, name),
  'must be a verb',
)

/** A verb as help, docs and forms show it. */
export interface Verb extends VerbMeta {
  name: VerbName
  input: z.ZodType
}

/** @returns the verb's description and the schema of its input */
export function describeVerb(name: VerbName): Verb {
  const { meta, inputSchema } = verbs[name]['~orpc']
  if (!(inputSchema instanceof z.ZodType)) throw new TypeError(`${name} has no zod schema`)
  return { ...meta, name, input: inputSchema }
}

/** All verbs, in the order of the docs. */
export function listVerbs(): Verb[] {
  return (Object.keys(verbs) as VerbName[]).map(describeVerb)
}
