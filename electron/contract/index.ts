/** Every procedure of the lab, one a verb: what the page, the terminal and the browser may ask of the host. */
import {
  type AnyContractProcedure,
  type InferSchemaInput,
  type InferSchemaOutput,
  isContractProcedure,
} from '@orpc/contract'
import { z } from 'zod'
import type { VerbMeta } from './verb.ts'
import { exportData, importData, init, label } from './verbs/data.ts'
import { demo, experiment, real, report } from './verbs/experiment.ts'
import { checkJudge, judge, winrate } from './verbs/judging.ts'
import { bench, doctor, generate } from './verbs/models.ts'
import { runs } from './verbs/runs.ts'
import { branch, resume, train } from './verbs/training.ts'

export const contract = {
  init,
  import: importData,
  export: exportData,
  label,
  train,
  generate,
  judge,
  'check-judge': checkJudge,
  winrate,
  experiment,
  report,
  runs,
  resume,
  branch,
  bench,
  doctor,
  demo,
  real,
}
export type Contract = typeof contract

/** What the host is given for a procedure, checked and with its defaults. */
export type InputOf<Procedure extends AnyContractProcedure> = InferSchemaOutput<
  NonNullable<Procedure['~orpc']['inputSchema']>
>

/** What a procedure ends with, be it its answer or the last value of its events. */
export type ResultOf<Procedure extends AnyContractProcedure> =
  Answer<Procedure> extends AsyncIterator<unknown, infer Result, unknown> ? Result : Answer<Procedure>
type Answer<Procedure extends AnyContractProcedure> = InferSchemaInput<
  NonNullable<Procedure['~orpc']['outputSchema']>
>

/** A verb as text shows it. */
export interface Verb extends VerbMeta {
  /** `['train', 'ppo']` */
  path: string[]
  input: z.ZodType
}

/** All verbs in the contract's order. */
export function listVerbs(): Verb[] {
  return verbsUnder(contract, [])
}

interface Branch {
  [key: string]: AnyContractProcedure | Branch
}

function verbsUnder(branch: Branch, path: string[]): Verb[] {
  return Object.entries(branch).flatMap(([key, node]) => {
    if (!isContractProcedure(node)) return verbsUnder(node as Branch, [...path, key])
    const { meta, inputSchema } = node['~orpc']
    if (!(inputSchema instanceof z.ZodType)) throw new TypeError(`${key} takes no zod schema`)
    return [{ ...(meta as VerbMeta), path: [...path, key], input: inputSchema }]
  })
}
