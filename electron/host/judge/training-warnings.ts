/** What the training of the compared models says about a judge's verdict on them. */
import { sameKindWarnings, tripwireWarnings } from '../../contract/evidence.ts'
import type { AnyJudgeSpec } from '../../contract/judge-kinds.ts'
import { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { getRun, type Project } from '../../storage/index.ts'
import { findModel } from '../models/project-models.ts'

/** @param sides models or files of outputs, as named in the command */
export function trainingWarnings(project: Project, judge: AnyJudgeSpec, sides: readonly string[]): string[] {
  const runs = sides.flatMap((side) => {
    const runId = findModel(project, side).record?.runId
    return runId ? [getRun(project.db, runId)] : []
  })
  const byPpo = runs.filter(({ kind }) => kind === 'ppo')
  const tripwires = byPpo.flatMap(
    ({ config: { job } }) => PpoConfig.safeParse(job.config).data?.tripwires ?? [],
  )
  return [
    ...sameKindWarnings(judge, byPpo.length > 0),
    ...new Set(tripwires.flatMap((own) => tripwireWarnings(own))),
  ]
}
