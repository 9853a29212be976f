/** The page's runs: the list, one run's curves, its samples. */

import type { RunSample } from '../../contract/jobs.ts'
import type { Series } from '../../contract/page/runs.ts'
import { RunRecord } from '../../contract/verbs/runs.ts'
import {
  type Db,
  getItem,
  listRuns,
  type MetricRow,
  newestMetrics,
  readMetric,
  readMetrics,
  sampleSteps,
  samplesAt,
} from '../../storage/index.ts'
import { RunEstimates } from '../estimate.ts'
import { findRun } from '../runs.ts'
import type { PageContext } from './context.ts'

/** The metric that tells most of a run of each kind. */
const leading: Record<string, string> = {
  sft: 'sft/loss',
  reward: 'reward/accuracy',
  ppo: 'objective/scores',
  dpo: 'dpo/accuracy',
}

export function runHandlers({ os: api, lab }: PageContext) {
  const estimates = new RunEstimates(lab)
  return {
    estimate: api.runs.estimate.handler(({ input: { kind, input } }) => estimates.estimate(kind, input)),
    list: api.runs.list.handler(async ({ input }) => {
      const { db } = await lab.openProject(input.project)
      return listRuns(db)
        .map((run) => ({ ...RunRecord.parse(run), ...glanceAt(db, run.id, leading[run.kind] ?? '') }))
        .reverse()
    }),
    series: api.runs.series.handler(async ({ input: { project: folder, run, afterStep } }) => {
      const project = await lab.openProject(folder)
      const found = findRun(project, run)
      return {
        record: RunRecord.parse(found),
        series: seriesOf(readMetrics(project.db, found.id, afterStep)),
      }
    }),
    samples: api.runs.samples.handler(async ({ input: { project: folder, run, step } }) => {
      const project = await lab.openProject(folder)
      const { id } = findRun(project, run)
      const steps = sampleSteps(project.db, id)
      const chosen = step ?? steps.at(-1) ?? null
      const samples = chosen === null ? [] : (samplesAt(project.db, id, chosen) as unknown as RunSample[])
      return {
        step: chosen,
        steps,
        samples: samples.map((sample) => ({ ...sample, prompt: promptOf(project.db, sample.promptId) })),
      }
    }),
  }
}

const sparkPoints = 60

function glanceAt(db: Db, run: string, metric: string) {
  const { step, values } = newestMetrics(db, run)
  const points = readMetric(db, run, metric)
  const every = Math.max(1, Math.ceil(points.length / sparkPoints))
  const spark = points.flatMap(({ value }, i) => (i % every === 0 && Number.isFinite(value) ? [value] : []))
  return { step, latest: values, spark }
}

function seriesOf(rows: readonly MetricRow[]): Series {
  const series: Series = {}
  for (const { key, step, value } of rows) {
    if (!Number.isFinite(value)) continue
    series[key] ??= []
    series[key].push([step, value])
  }
  return series
}

function promptOf(db: Db, id: string): string {
  return getItem(db, id)?.prompt.at(-1)?.content ?? ''
}
