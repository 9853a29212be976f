/** The verb `export-metrics`: a run's metrics as a file of another tool, once or while the run trains. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import { metrics } from '../../contract/metrics.ts'
import type { MetricFormat } from '../../contract/runs.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { type MetricRow, type Project, readMetrics, stepTimes } from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { outputPath } from '../output-file.ts'
import type { MeasuredStep, MetricFile } from './metric-files/metric-file.ts'
import { csv, jsonl } from './metric-files/tables.ts'
import { tensorboard } from './metric-files/tensorboard.ts'
import { findRun } from './run.ts'

const formats: Record<MetricFormat, MetricFile> = { tensorboard, csv, jsonl }

const lookEveryMs = 1000

/** What is stored of a run at one moment. */
interface Measured {
  steps: MeasuredStep[]
  keys: string[]
  startedAt: number
  isActive: boolean
}

export async function exportMetrics(
  lab: Lab,
  { project, run, format, out, follow }: VerbInput<'export-metrics'>,
  { emit, signal }: Hooks,
): Promise<VerbResult<'export-metrics'>> {
  const read = () => lab.peekProject(project, (opened) => measuredOf(opened, run))
  let measured = await read()
  if (measured.steps.length === 0 && !(follow && measured.isActive))
    throw new UserError('bad_input', `The run "${run}" has no metrics: it has not taken a step.`)
  const file = newFile(outputPath(out), formats[format], measured.startedAt)
  const writer = new Writer(file, formats[format])
  writer.update(measured)
  while (follow && measured.isActive && !signal.aborted) {
    emit({ type: 'progress', phase: 'steps written', done: writer.steps, total: writer.steps })
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {})
    measured = await read()
    writer.update(measured)
  }
  return { file, steps: writer.steps }
}

function measuredOf(project: Project, name: string): Measured {
  const { id, createdAt, state } = findRun(project, name)
  const startedAt = Date.parse(createdAt) / 1000
  const rows = readMetrics(project.db, id)
  return {
    steps: stepsOf(
      rows,
      new Map(stepTimes(project.db, id).map(({ step, seconds }) => [step, seconds])),
      startedAt,
    ),
    keys: inOrder([...new Set(rows.map(({ key }) => key))]),
    startedAt,
    isActive: state === 'queued' || state === 'running',
  }
}

function stepsOf(
  rows: readonly MetricRow[],
  seconds: ReadonlyMap<number, number>,
  startedAt: number,
): MeasuredStep[] {
  let time = startedAt
  return [...Map.groupBy(rows, ({ step }) => step)].map(([step, measured]) => {
    time += seconds.get(step) ?? 0
    return { step, time, values: new Map(measured.map(({ key, value }) => [key, value])) }
  })
}

/** As they are declared; those of other versions come last. */
function inOrder(keys: string[]): string[] {
  const declared = Object.keys(metrics)
  const placeOf = (key: string) => (declared.includes(key) ? declared.indexOf(key) : declared.length)
  return keys.sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
}

/** @throws UserError `conflict` rather than writing over a file */
function newFile(out: string, { nameIn }: MetricFile, startedAt: number): string {
  const isTaken =
    existsSync(out) &&
    (nameIn === null || !isFolder(out) || readdirSync(out).some((name) => name.includes('tfevents')))
  if (isTaken) {
    const advice = nameIn === null ? 'Choose a new file.' : 'Choose a new folder: a folder per run.'
    throw new UserError(
      'conflict',
      `${out} already exists${nameIn === null ? '' : ', with event files'}. ${advice}`,
    )
  }
  mkdirSync(nameIn === null ? path.dirname(out) : out, { recursive: true })
  return nameIn === null ? out : path.join(out, nameIn(startedAt))
}

function isFolder(file: string): boolean {
  try {
    readdirSync(file)
    return true
  } catch {
    return false
  }
}

/** Adds steps to a file; starts it again if what was written has changed, as when a run resumes from a checkpoint. */
class Writer {
  readonly #file: string
  readonly #format: MetricFile
  #keys: string[] = []
  #written: MeasuredStep[] | null = null

  constructor(file: string, format: MetricFile) {
    this.#file = file
    this.#format = format
  }

  get steps(): number {
    return this.#written?.length ?? 0
  }

  update({ steps, keys, startedAt }: Measured): void {
    const { needsKeys, head, rows } = this.#format
    const written = this.#written ?? []
    const isContinued = written.every(
      ({ step, time }, i) => step === steps[i]?.step && time === steps[i].time,
    )
    const hasSameHead = this.#written !== null && (!needsKeys || keys.join() === this.#keys.join())
    if (isContinued && hasSameHead) appendFileSync(this.#file, rows(steps.slice(written.length), keys))
    else writeFileSync(this.#file, Buffer.concat([head(keys, startedAt), rows(steps, keys)]))
    this.#keys = keys
    this.#written = steps
  }
}
