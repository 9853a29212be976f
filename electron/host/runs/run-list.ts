/** The verb `runs`: what a project remembers of its runs. */
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { listRuns, readMetrics } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { findRun } from './run.ts'
import { seriesOf } from './series.ts'

export async function runs(
  lab: Lab,
  { project: folder, run }: VerbInput<'runs'>,
): Promise<VerbResult<'runs'>> {
  return lab.readProject(folder, async (project) => {
    const chosen = run === null ? null : findRun(project, run)
    return {
      runs: chosen ? [chosen] : listRuns(project.db),
      metrics: chosen && seriesOf(readMetrics(project.db, chosen.id)),
    }
  })
}
