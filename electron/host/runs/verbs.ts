/** The verbs on runs. */
import type { runVerbs as contractVerbs } from '../../contract/runs.ts'
import type { Implements } from '../implements.ts'
import { branchRun } from './branch.ts'
import { exportMetrics } from './export-metrics.ts'
import { findRun, resumeRun } from './run.ts'
import { runs } from './run-list.ts'

export const runVerbs: Implements<typeof contractVerbs> = {
  runs,
  'export-metrics': exportMetrics,
  async resume(lab, { project: folder, run }, hooks) {
    const project = await lab.openProject(folder)
    return resumeRun(lab, project, findRun(project, run), hooks)
  },
  async branch(lab, { project: folder, run, step, name, config }, hooks) {
    const project = await lab.openProject(folder)
    const parent = findRun(project, run)
    return branchRun(lab, project, { parent, step, name, changes: config }, hooks)
  },
}
