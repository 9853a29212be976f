/**
 * Runs: started, recorded while they train, paused, resumed. A run's folder and its record hold everything that it
 * depends on, so a run that was killed and resumed ends with the same rows as one that was not.
 */

import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { Hooks, JobEvent } from '../../contract/events.ts'
import type { JobResults } from '../../contract/jobs.ts'
import { canonicalJson } from '../../contract/json.ts'
import type { RunInputRow, RunMark } from '../../contract/records.ts'
import type { RunKindRow, TrainingResult } from '../../contract/run-kinds/common.ts'
import { PlannedJob, type RunKind, runKinds, TrainingJob } from '../../contract/run-kinds/index.ts'
import type { RunConfig } from '../../contract/run-record.ts'
import { shellWord } from '../../contract/shell-word.ts'
import { listCheckpoints } from '../../engine/checkpoints/checkpoint-folder.ts'
import {
  addMark,
  addMetrics,
  addSamples,
  addStepTime,
  createRun,
  type Db,
  listRuns,
  newestMetrics,
  type Project,
  type Run,
  setRunState,
  transact,
} from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { changedModels } from '../models/changed-models.ts'
import { freeModelName, refuseTakenName, registerModel } from '../models/project-models.ts'
import { byStartOfId } from '../start-of-id.ts'
import { TrainerHung } from '../trainer-death.ts'
import { codeVersion } from '../version.ts'
import { mapModelPaths, modelPathsOf } from './planned-job.ts'
import { rewind } from './rewind.ts'
import { hasRunInput, type InputChoice, inputFile, writeRunInput } from './run-input.ts'

export interface RunPlan<K extends RunKind> {
  /** Model paths are absolute. */
  job: PlannedJob<K>
  /** Name of the trained model; null stands for the run's id. */
  name: string | null
  rows: RunInputRow[]
  /** How the rows were chosen; the record keeps it. */
  choice: InputChoice
  /** The run that made the model this one starts from. */
  parentId: string | null
}

export type RunOutcome<K extends RunKind> = JobResults[K] & { run: string; name: string }

export type StartRun = <K extends RunKind>(
  lab: Lab,
  project: Project,
  plan: RunPlan<K>,
  hooks: Hooks,
) => Promise<RunOutcome<K>>

/** Freezes the input and trains. @throws UserError if it fails; the run's record says so too */
export async function startRun<K extends RunKind>(
  lab: Lab,
  project: Project,
  { job, name, rows, choice, parentId }: RunPlan<K>,
  hooks: Hooks,
): Promise<RunOutcome<K>> {
  refuseTakenName(project, name)
  const run = createRun(project.db, {
    kind: job.kind,
    name: name ?? job.kind,
    config: configOf(project, { job, name, choice }),
    seeds: { seed: job.config.seed },
    codeVersion: codeVersion(),
    parentId,
  })
  mkdirSync(runFolder(project, run), { recursive: true })
  await writeRunInput(runFolder(project, run), rows)
  const heldout = rows.filter(({ split }) => split === 'heldout').length
  await noteChangedModels(project, run, hooks)
  hooks.emit({ type: 'started', run: run.id })
  hooks.emit({
    type: 'note',
    sentence: `Run ${run.id}: ${rows.length - heldout} training rows, ${heldout} held out.`,
  })
  return performRun(lab, project, run, hooks)
}

function configOf<K extends RunKind>(
  { folder }: Project,
  { job, name, choice }: Pick<RunPlan<K>, 'job' | 'name' | 'choice'>,
): RunConfig {
  const portable = mapModelPaths(job, (file) => (isInside(folder, file) ? path.relative(folder, file) : file))
  const { trainPart, trainSample, splitByPrompt, ...rest } = choice
  const restricted = {
    ...rest,
    ...(trainPart && { trainPart: [...trainPart] }),
    ...(trainSample && { trainSample: { ...trainSample } }),
    ...(splitByPrompt && { splitByPrompt }),
  }
  return { job: portable, modelName: name, choice: restricted }
}

/** A run's record with the settings that are newer than it, as it ran without them. */
function withNewSettings(run: Run): RunConfig {
  const { data: job } = PlannedJob.safeParse({ ...run.config.job, config: storedSettings(run) })
  return job ? { ...run.config, job } : run.config
}

/**
 * As {@link startRun}, but a run with the same plan on the same rows is not repeated: a finished one is reused, an
 * interrupted one is resumed. A name that another plan has taken gets a number.
 */
export async function startOrResume<K extends RunKind>(
  lab: Lab,
  project: Project,
  plan: RunPlan<K>,
  hooks: Hooks,
): Promise<RunOutcome<K>> {
  const asked = canonicalJson(configOf(project, { ...plan, name: null }))
  const isSame = (run: Run) =>
    canonicalJson({ ...withNewSettings(run), modelName: null }) === asked &&
    hasRunInput(runFolder(project, run), plan.rows)
  const same = listRuns(project.db).findLast(isSame)
  if (!same)
    return startRun(
      lab,
      project,
      { ...plan, name: plan.name === null ? null : freeModelName(project, plan.name) },
      hooks,
    )
  if (same.state !== 'done') return (await resumeRun(lab, project, same, hooks)) as RunOutcome<K>
  hooks.emit({ type: 'note', sentence: `Reusing finished run ${same.id} for ${same.name}.` })
  const result = same.result as unknown as JobResults[K]
  const model = path.join(runFolder(project, same), 'model')
  return { ...result, model, run: same.id, name: same.name } as RunOutcome<K>
}

/**
 * Continues from the newest checkpoint.
 * @throws UserError `conflict` for a run that is done or running
 */
export async function resumeRun(
  lab: Lab,
  project: Project,
  run: Run,
  hooks: Hooks,
): Promise<RunOutcome<RunKind>> {
  if (run.state === 'done' || run.state === 'running') {
    throw new UserError(
      'conflict',
      `Run ${run.id} is ${run.state === 'done' ? 'done' : 'already running'}: there is nothing to resume.`,
    )
  }
  if (!existsSync(path.join(runFolder(project, run), inputFile))) {
    const message = `Run ${run.id} was interrupted before its input was written. Start it again with stet train ${run.kind}.`
    throw new UserError('not_found', message)
  }
  const { step, sentences } = await rewind(project, run, runFolder(project, run))
  const how = step === 0 ? 'started over' : `resumed after step ${step}`
  const sentence = [`${how[0]!.toUpperCase()}${how.slice(1)}.`, ...sentences].join(' ')
  addMark(project.db, run.id, { step, kind: 'resumed', sentence })
  await noteChangedModels(project, run, hooks)
  hooks.emit({ type: 'started', run: run.id })
  for (const said of [`Run ${run.id} ${how}.`, ...sentences]) hooks.emit({ type: 'note', sentence: said })
  return performRun(lab, project, run, hooks)
}

/**
 * @param text an id, a name, or the start of an id, tried in this order; of several runs with the same name, the newest
 * @throws UserError `bad_input` if several ids start with it
 */
export function findRun({ db }: Project, text: string): Run {
  const runs = listRuns(db)
  const exact = runs.find(({ id }) => id === text) ?? runs.findLast(({ name }) => name === text)
  if (exact) return exact
  const started = byStartOfId(runs, 'run', text)
  if (started) return started
  throw new UserError(
    'not_found',
    `There is no run "${text}" in this project. List its runs with \`stet runs\`.`,
  )
}

export function runFolder({ folder }: Project, { id }: Run): string {
  return path.join(folder, 'checkpoints', id)
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file)
  return !relative.startsWith('..') && !path.isAbsolute(relative)
}

/** The run's settings; those that its version did not have are what it did. */
export function storedSettings({
  kind,
  config: { job },
}: Pick<Run, 'kind' | 'config'>): Record<string, unknown> {
  const { olderSettings }: RunKindRow = runKinds[kind]
  return { ...olderSettings, ...job.config }
}

/** The run's job, with the current paths of its files. */
export function jobOf(project: Project, run: Run): TrainingJob {
  const folder = runFolder(project, run)
  const config = storedSettings(run)
  const whole = TrainingJob.parse({ ...run.config.job, config, input: path.join(folder, inputFile), folder })
  return mapModelPaths(whole, (file) => path.resolve(project.folder, file))
}

/** Before a run reports that it has started: reading large models takes seconds, in which nothing can be paused yet. */
export async function noteChangedModels(project: Project, run: Run, { emit }: Hooks): Promise<void> {
  const paths = modelPathsOf(jobOf(project, run))
  for (const sentence of await changedModels(project, paths)) emit({ type: 'note', sentence })
}

/** Trains, from the newest checkpoint in the run's folder if there is one, and records the steps. */
export async function performRun<K extends RunKind>(
  lab: Lab,
  project: Project,
  run: Run,
  hooks: Hooks,
): Promise<RunOutcome<K>> {
  const { db } = project
  let began = performance.now()
  const emit = (event: JobEvent) => {
    record(db, run.id, event, (performance.now() - began) / 1000)
    if (event.type === 'step') began = performance.now()
    hooks.emit(event)
  }
  setRunState(db, run.id, 'running')
  try {
    const result = await lab.trainer.run<RunKind>(jobOf(project, run), { emit, signal: hooks.signal })
    const name = run.config.modelName ?? run.id
    if (result.model !== null)
      await registerModel(project, {
        name,
        kind: runKinds[run.kind].makes,
        modelFolder: result.model,
        runId: run.id,
      })
    setRunState(db, run.id, result.state, { result })
    if (result.state === 'paused') {
      addMark(db, run.id, pauseMark(result))
      hooks.emit({ type: 'note', sentence: pauseSentence(project, run, result) })
    }
    return { ...result, run: run.id, name } as RunOutcome<K>
  } catch (error) {
    throw recordFailure(project, run, error)
  }
}

function pauseMark({ step, reason }: TrainingResult): Omit<RunMark, 'at'> {
  return reason === null
    ? { step, kind: 'paused', sentence: `Paused after step ${step}.` }
    : { step, kind: 'tripwire', sentence: reason }
}

function pauseSentence({ folder }: Project, { id }: Run, { step, reason }: TrainingResult): string {
  return `${reason ? `${reason} ` : ''}Paused after step ${step}. Resume with: stet resume ${shellWord(folder)} ${id}`
}

/** @param seconds since the previous step, or since the start */
function record(db: Db, runId: string, event: JobEvent, seconds: number): void {
  if (event.type === 'step') {
    transact(db, () => {
      addMetrics(db, runId, event.step, event.metrics)
      addStepTime(db, runId, event.step, seconds)
    })
  }
  if (event.type === 'samples') addSamples(db, runId, event.step, event.samples)
}

/** @returns the error to throw: if resuming can help, it says how */
function recordFailure(project: Project, run: Run, error: unknown): unknown {
  const code = error instanceof UserError ? error.code : null
  const keepsOn = code === 'out_of_memory' || error instanceof TrainerHung
  const isPause = code === 'cancelled' || keepsOn
  const sentence = error instanceof Error ? error.message : String(error)
  const message = keepsOn ? `${sentence} ${checkpointSentence(project, run)}` : sentence
  try {
    const outcome = code === 'cancelled' ? {} : { error: message }
    setRunState(project.db, run.id, isPause ? 'paused' : 'failed', outcome)
    const step = newestMetrics(project.db, run.id).step ?? 0
    const kind = isPause ? 'paused' : 'failed'
    addMark(project.db, run.id, { step, kind, sentence: message })
  } catch {
    // A full disk may be the reason; when the project is opened next, the run is found interrupted.
  }
  if (code === null || code === 'bad_input' || code === 'not_found') return error
  return new UserError(code, `${message} Resume with: stet resume ${shellWord(project.folder)} ${run.id}`, {
    cause: error,
  })
}

function checkpointSentence(project: Project, run: Run): string {
  const step = listCheckpoints(runFolder(project, run)).at(-1)?.step
  return step === undefined
    ? 'Paused before its first checkpoint.'
    : `Paused; the checkpoint of step ${step} is kept.`
}
