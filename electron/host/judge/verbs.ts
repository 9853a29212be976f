/** The verbs of judging. */
import type { judgeVerbs as contractVerbs } from '../../contract/judge.ts'
import type { Implements } from '../implements.ts'
import { checkJudge } from './check-judge.ts'
import { recordsOf } from './evaluation-records.ts'
import { judge, resumeJudge, winrate } from './judge.ts'

export const judgeVerbs: Implements<typeof contractVerbs> = {
  judge,
  'resume-judge': resumeJudge,
  'check-judge': checkJudge,
  winrate: (_lab, input, hooks) => winrate(input, hooks),
  evaluations: (lab, { project }) => lab.readProject(project, async ({ db }) => recordsOf(db)),
}
