/** The judges without a model, by their settings: the table that host and trainer share. */
import {
  applyToKind,
  type ProgrammaticJudgeSpec,
  type ProgrammaticJudgeSpecs,
} from '../../contract/judge-kinds.ts'
import { compareInWorlds } from '../../world/worlds.ts'
import type { Judge } from './judge.ts'
import { comparisonJudge, lengthJudge, patternJudge, repetitionJudge } from './judges.ts'
import { referenceJudge } from './reference-judge.ts'

const judges: { [Kind in keyof ProgrammaticJudgeSpecs]: (spec: ProgrammaticJudgeSpecs[Kind]) => Judge } = {
  world: worldJudge,
  length: ({ prefer }) => lengthJudge(prefer),
  regex: ({ pattern, flags }) => patternJudge(new RegExp(pattern, flags)),
  repetition: repetitionJudge,
  reference: ({ metric, texts }) => referenceJudge(metric, texts),
}

export function programmaticJudge(spec: ProgrammaticJudgeSpec): Judge {
  return applyToKind(judges, spec.kind, spec)
}

function worldJudge(): Judge {
  return comparisonJudge('world', ({ prompt, first, second }) => compareInWorlds(prompt, first, second))
}
