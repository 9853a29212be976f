/** The judges without a model, by their settings: the table that host and trainer share. */
import {
  applyToKind,
  type ProgrammaticJudgeSpec,
  type ProgrammaticJudgeSpecs,
} from '../../contract/judge-kinds.ts'
import { compareInWorld } from '../../world/judge.ts'
import { loadWorld } from '../../world/world.ts'
import type { Judge } from './judge.ts'
import { lengthJudge, patternJudge, repetitionJudge, truthJudge } from './judges.ts'

/** Whether a response to a prompt ended with EOS; a text that was not asked about counts as ended. */
export type EndedTexts = (pairId: string, text: string) => boolean

const judges: {
  [Kind in keyof ProgrammaticJudgeSpecs]: (spec: ProgrammaticJudgeSpecs[Kind], ended: EndedTexts) => Judge
} = {
  world: (_spec, ended) => worldJudge(ended),
  length: ({ prefer }) => lengthJudge(prefer),
  repetition: () => repetitionJudge(),
  regex: ({ pattern, flags }) => patternJudge(new RegExp(pattern, flags)),
}

export function programmaticJudge(spec: ProgrammaticJudgeSpec, ended: EndedTexts): Judge {
  return applyToKind(judges, spec.kind, spec, ended)
}

function worldJudge(ended: EndedTexts): Judge {
  const world = loadWorld()
  return truthJudge('world', ({ pairId, prompt, first, second }) => {
    const [a, b] = [first, second].map((text) => ({ text, ended: ended(pairId, text) }))
    return compareInWorld(world, prompt, a!, b!)
  })
}
