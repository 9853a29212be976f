/** The verb `runs`: what a project remembers of its runs. */
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import {
  type Db,
  listRuns,
  metricEnvelope,
  newestMetrics,
  readMetrics,
  stepsPerGroup,
} from '../../storage/index.ts'
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
      metrics: chosen && seriesOf(boundedMetrics(project.db, chosen.id)),
    }
  })
}

/** A longer run's metrics are more than a reply can hold: then it has the least and greatest value of groups of steps. */
const maxSteps = 1000

function boundedMetrics(db: Db, run: string) {
  const steps = newestMetrics(db, run).step ?? 0
  if (steps <= maxSteps) return readMetrics(db, run)
  return metricEnvelope(db, run, { afterStep: -1, every: stepsPerGroup(Math.ceil(steps / 600)) })
}
