/** Handlers of runs: the list, the curves of a run, its checkpoints and samples. */
import type { RunSample } from '../../contract/events.ts'
import { runKinds } from '../../contract/run-kinds/index.ts'
import type { RunDetails } from '../../contract/run-record.ts'
import { listCheckpoints } from '../../engine/checkpoints/checkpoint-folder.ts'
import {
  type Db,
  getItem,
  greatestMetric,
  groupedStepTimes,
  listMarks,
  listRuns,
  metricAt,
  metricCourse,
  metricEnvelope,
  newestMetrics,
  type Run,
  readMetrics,
  runDetails,
  sampleSteps,
  samplesAt,
  stepsPerGroup,
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
        winRate: metricAt(project.db, found.id, 'judge/win_rate', step),
        kl: metricAt(project.db, found.id, 'objective/kl', step),
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
  const best = greatestMetric(db, run, 'judge/win_rate')
  return best && { step: best.step, winRate: best.value }
}

const sparkPoints = 60

function latestOf(db: Db, run: string, metric: string) {
  const { step, values } = newestMetrics(db, run)
  const course = metricCourse(db, run, metric, 8 * sparkPoints)
  const every = Math.max(1, Math.ceil(course.length / sparkPoints))
  const spark = course.filter((_, i) => i % every === 0)
  return { step, latest: values, spark }
}

/** A chart is a few hundred pixels wide. */
const maxPoints = 600

function stepsPerPoint(db: Db, run: string, afterStep: number): number {
  const steps = (newestMetrics(db, run).step ?? 0) - Math.max(afterStep, 0)
  return steps <= 2 * maxPoints ? 1 : stepsPerGroup(Math.ceil((2 * steps) / maxPoints))
}

/** Prompt and context of an item; empty if the item was deleted. */
function promptOf(db: Db, id: string) {
  const { prompt = [], context = '' } = getItem(db, id) ?? {}
  return { prompt, context }
}
