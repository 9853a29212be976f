/** The judges that need no model, from how a run's settings write them: where the judge and data stages meet. */
import type { JudgeSpec } from '../../contract/jobs.ts'
import { compareInWorld } from '../../world/judge.ts'
import { loadWorld } from '../../world/world.ts'
import type { Judge } from './judge.ts'
import { lengthJudge, patternJudge, truthJudge } from './judges.ts'

/** Whether a response to a prompt ended by itself; a text nobody asked about counts as ended. */
export type EndedTexts = (pairId: string, text: string) => boolean

export function programmaticJudge(spec: Exclude<JudgeSpec, { kind: 'reward' }>, ended: EndedTexts): Judge {
  switch (spec.kind) {
    case 'world':
      return worldJudge(ended)
    case 'length':
      return lengthJudge(spec.prefer)
    case 'regex':
      return patternJudge(new RegExp(spec.pattern, spec.flags))
  }
}

function worldJudge(ended: EndedTexts): Judge {
  const world = loadWorld()
  return truthJudge('world', ({ pairId, prompt, first, second }) => {
    const [a, b] = [first, second].map((text) => ({ text, ended: ended(pairId, text) }))
    return compareInWorld(world, prompt, a!, b!)
  })
}
