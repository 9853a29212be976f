/** Handlers of runs: the list, the curves of a run, its checkpoints and samples. */
import type { RunSample } from '../../contract/events.ts'
import { runKinds } from '../../contract/run-kinds/index.ts'
import type { RunDetails } from '../../contract/run-record.ts'
import { listCheckpoints } from '../../engine/checkpoints/checkpoint-folder.ts'
import {
  type Db,
  getItem,
  groupedStepTimes,
  listMarks,
  listRuns,
  metricEnvelope,
  newestMetrics,
  type Run,
  readMetric,
  readMetrics,
  runDetails,
  sampleSteps,
  samplesAt,
  workedSeconds,
} from '../../storage/index.ts'
import type { HandlerContext } from '../handler-context.ts'
import { streamEvents } from '../stream.ts'
import { detailHandlers } from './detail-handlers.ts'
import { ReferenceAnswers } from './reference-answers.ts'
import { findRun, runFolder } from './run.ts'
import { alertOf } from './run-details.ts'
import { heldoutRows } from './run-input.ts'
import { seriesOf } from './series.ts'

export function runHandlers(context: HandlerContext) {
  const { api, lab } = context
  const answers = new ReferenceAnswers(lab)
  return {
    ...detailHandlers(context),
    list: api.runs.list.handler(async ({ input }) => {
      const { db } = await lab.openProject(input.project)
      const all = listRuns(db)
      return all
        .map((run) => ({
          ...run,
          branch: branchIn(all, run),
          ...latestOf(db, run.id, runKinds[run.kind].leadingMetric),
          ...annotated(runDetails(db, run.id)),
          seconds: workedSeconds(db, run.id),
          alert: alertOf(db, run),
          best: bestOf(db, run.id),
        }))
        .reverse()
    }),
    series: api.runs.series.handler(async ({ input: { project: folder, run, afterStep } }) => {
      const project = await lab.openProject(folder)
      const found = findRun(project, run)
      const { db } = project
      const part = { afterStep, every: stepsPerPoint(db, found.id, afterStep) }
      const times = groupedStepTimes(db, found.id, part)
      const points =
        part.every === 1 ? readMetrics(db, found.id, afterStep) : metricEnvelope(db, found.id, part)
      return {
        record: found,
        series: seriesOf(points.filter(({ value }) => Number.isFinite(value))),
        every: part.every,
        times: times.map(({ step, seconds }): [number, number] => [step, seconds]),
        marks: listMarks(db, found.id),
        branch: branchIn(listRuns(db), found),
        ...annotated(runDetails(db, found.id)),
        heldout: heldoutRows(runFolder(project, found)),
      }
    }),
    checkpoints: api.runs.checkpoints.handler(async ({ input: { project: folder, run } }) => {
      const project = await lab.openProject(folder)
      const found = findRun(project, run)
      const kept = listCheckpoints(runFolder(project, found)).map(({ step }) => ({
        step,
        winRate: valueAt(project.db, found.id, 'judge/win_rate', step),
        kl: valueAt(project.db, found.id, 'objective/kl', step),
      }))
      const best = Math.max(...kept.map(({ winRate }) => winRate ?? Number.NEGATIVE_INFINITY))
      return kept.map((checkpoint) => ({ ...checkpoint, isBest: checkpoint.winRate === best }))
    }),
    references: api.runs.references.handler(({ input: { project: folder, run, promptIds }, signal }) =>
      streamEvents(signal, async (hooks) => {
        const project = await lab.openProject(folder)
        return answers.answer(project, findRun(project, run), promptIds, hooks)
      }),
    ),
    samples: api.runs.samples.handler(async ({ input: { project: folder, run, step } }) => {
      const project = await lab.openProject(folder)
      const { id } = findRun(project, run)
      const steps = sampleSteps(project.db, id)
      const chosen = step ?? steps.at(-1) ?? null
      const samples = chosen === null ? [] : (samplesAt(project.db, id, chosen) as unknown as RunSample[])
      return {
        step: chosen,
        steps,
        samples: samples.map((sample) => ({ ...sample, ...promptOf(project.db, sample.promptId) })),
      }
    }),
  }
}

function branchIn(runs: readonly Run[], run: Run) {
  const { branch } = run.config
  if (!branch) return null
  return { ...branch, name: runs.find(({ id }) => id === branch.run)?.name ?? branch.run }
}

function annotated({ note, tags }: RunDetails) {
  return { note, tags }
}

function bestOf(db: Db, run: string) {
  const rates = readMetric(db, run, 'judge/win_rate').filter(({ value }) => Number.isFinite(value))
  const [first] = rates.sort((a, b) => b.value - a.value)
  return first ? { step: first.step, winRate: first.value } : null
}

function valueAt(db: Db, run: string, key: string, step: number): number | null {
  return readMetric(db, run, key).find((point) => point.step === step)?.value ?? null
}

const sparkPoints = 60

function latestOf(db: Db, run: string, metric: string) {
  const { step, values } = newestMetrics(db, run)
  const points = readMetric(db, run, metric)
  const every = Math.max(1, Math.ceil(points.length / sparkPoints))
  const spark = points.flatMap(({ value }, i) => (i % every === 0 && Number.isFinite(value) ? [value] : []))
  return { step, latest: values, spark }
}

/** A chart is a few hundred pixels wide. */
const maxPoints = 600

function stepsPerPoint(db: Db, run: string, afterStep: number): number {
  const steps = (newestMetrics(db, run).step ?? 0) - Math.max(afterStep, 0)
  return steps <= maxPoints ? 1 : Math.ceil((2 * steps) / maxPoints)
}

/** Prompt and context of an item; empty if the item was deleted. */
function promptOf(db: Db, id: string) {
  const { prompt = [], context = '' } = getItem(db, id) ?? {}
  return { prompt, context }
}
