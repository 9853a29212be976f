/** The verb `runs`: what a project remembers of its runs. */
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { type Db, listRuns, readMetrics } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { findRun } from './run.ts'

export async function runs(
  lab: Lab,
  { project: folder, run }: VerbInput<'runs'>,
): Promise<VerbResult<'runs'>> {
  const project = await lab.openProject(folder)
  const chosen = run === null ? null : findRun(project, run)
  return {
    runs: chosen ? [chosen] : listRuns(project.db),
    metrics: chosen && metricsOf(project.db, chosen.id),
  }
}

/** Every metric's values over steps. */
export function metricsOf(db: Db, runId: string): Record<string, [step: number, value: number][]> {
  const byKey = Map.groupBy(readMetrics(db, runId), ({ key }) => key)
  return Object.fromEntries(
    [...byKey].map(([key, rows]) => [key, rows.map(({ step, value }) => [step, value])]),
  )
}
