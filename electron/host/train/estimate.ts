/**
 * What a run would need, before it is started: memory as its start is checked, time by the pace of an earlier similar
 * run, or else by the speed of this machine. Nothing is computed with the models, and a busy trainer is left alone.
 */
import os from 'node:os'
import { silentHooks } from '../../contract/events.ts'
import type { SpeedResult } from '../../contract/jobs.ts'
import { canonicalJson, type JsonObject } from '../../contract/json.ts'
import { RunScale } from '../../contract/run-kinds/common.ts'
import { type RunKind, runKinds } from '../../contract/run-kinds/index.ts'
import type { EstimateRequest, RunEstimate } from '../../contract/train.ts'
import { describeVerb, type VerbInput } from '../../contract/verbs.ts'
import { locateRuntime } from '../../engine/runtime/locate.ts'
import { totalBytes, trainingMemory } from '../../sizing/memory.ts'
import { availableBytes, memoryRefusal } from '../../sizing/memory-limit.ts'
import { planSize, type RunSize, runScale, runShape, runSteps } from '../../sizing/run-size.ts'
import {
  countWork,
  type Db,
  listMarks,
  listRuns,
  type Project,
  type Run,
  stepTimes,
} from '../../storage/index.ts'
import type { Lab } from '../context.ts'
import { parseInput } from '../errors/parse-input.ts'
import { inputRowsOf } from '../runs/run-input.ts'
import { planRun } from './train.ts'

type Input = VerbInput<`train ${RunKind}`>

type Time = Pick<RunEstimate, 'secondsPerStep' | 'seconds' | 'basis' | 'isMeasuring'>

export class RunEstimates {
  readonly #lab: Lab
  /** The last size, without settings: most settings do not change it. */
  #last: { key: string; size: Promise<RunSize> } | null = null
  #speed: SpeedResult | null = null
  #measuring: Promise<void> | null = null

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /** @throws UserError if the run could not be started either */
  async estimate({ kind, input }: EstimateRequest): Promise<RunEstimate> {
    const parsed = checked(kind, input)
    const project = await this.#lab.openProject(parsed.project)
    const size = { ...(await this.#sizeOf(kind, project, parsed)), config: parsed.config } as RunSize
    return { ...(await this.#memory(size)), steps: runSteps(size), ...this.#time(project.db, size) }
  }

  #sizeOf(kind: RunKind, project: Project, input: Input): Promise<RunSize> {
    const { maxQueryTokens, seed } = input.config
    const { maxResponseTokens = null } = input.config as Record<string, unknown>
    const config = { maxQueryTokens, maxResponseTokens, rows: inputRowsOf(kind, input.config), seed }
    const key = canonicalJson({ ...input, name: kind, config, work: countWork(project.db) } as JsonObject)
    if (this.#last?.key !== key) {
      const { job, rows } = planRun(project, kind, input)
      const size = planSize(job, rows)
      size.catch(() => (this.#last = null))
      this.#last = { key, size }
    }
    return this.#last.size
  }

  async #memory(
    size: RunSize,
  ): Promise<Pick<RunEstimate, 'memoryBytes' | 'freeBytes' | 'totalBytes' | 'refusal'>> {
    const freeBytes = availableBytes(await this.#lab.trainer.residentBytes())
    const machine = { freeBytes, totalBytes: os.totalmem() }
    if (locateRuntime().kind === 'wasm') return { ...machine, memoryBytes: null, refusal: null }
    const use = trainingMemory(runShape(size))
    return { ...machine, memoryBytes: totalBytes(use), refusal: memoryRefusal(use, freeBytes, size.config) }
  }

  #time(db: Db, size: RunSize): Time {
    const scale = runScale(size)
    const steps = runSteps(size)
    const earlier = paceOfLike(db, size.kind, scale)
    const speed = this.#speed ?? typicalSpeed
    if (earlier) {
      const { run, pace } = earlier
      const secondsPerStep = (pace.seconds * secondsOf(scale, speed)) / secondsOf(pace.scale, speed)
      const basis = `From the pace of ${run.name} (${pace.seconds.toPrecision(2)} s per step), scaled by the work in a step.`
      return { secondsPerStep, seconds: pace.start + steps * secondsPerStep, basis, isMeasuring: false }
    }
    if (this.#speed === null) return this.#unknownTime()
    const { trainGflops, copyGbPerS, compileSeconds } = this.#speed
    const secondsPerStep = secondsOf(scale, this.#speed)
    const basis = `From the speed of this machine (${trainGflops.toFixed(0)} GFLOP/s in training, ${copyGbPerS.toFixed(0)} GB/s of memory), because there is no similar run yet.`
    return {
      secondsPerStep,
      seconds: runKinds[size.kind].startCompilations * compileSeconds + steps * secondsPerStep,
      basis,
      isMeasuring: false,
    }
  }

  #unknownTime(): Time {
    const unknown = { secondsPerStep: null, seconds: null }
    if (this.#lab.trainer.isBusy && this.#measuring === null) {
      const basis =
        'Unknown for now: there is no similar run yet, and the trainer is busy, so its speed cannot be measured.'
      return { ...unknown, basis, isMeasuring: false }
    }
    this.#measuring ??= this.#measure()
    const basis = 'Measuring the speed of this machine, which takes a few seconds.'
    return { ...unknown, basis, isMeasuring: true }
  }

  async #measure(): Promise<void> {
    try {
      this.#speed = await this.#lab.trainer.run<'speed'>({ kind: 'speed' }, silentHooks())
    } finally {
      this.#measuring = null
    }
  }
}

function checked(kind: RunKind, input: object): Input {
  return parseInput(describeVerb(`train ${kind}`).input, input) as Input
}

/** Fixed cost of a call, in seconds. */
const callSeconds = 0.003

/** That of two cores. Only the ratio of its numbers matters: it scales a pace before the speed was measured. */
const typicalSpeed = { trainGflops: 60, copyGbPerS: 10 }

/** Seconds of a step at a speed. */
function secondsOf(
  { flops, bytes, calls }: RunScale,
  { trainGflops, copyGbPerS }: Pick<SpeedResult, 'trainGflops' | 'copyGbPerS'>,
): number {
  return flops / (1e9 * trainGflops) + bytes / (1e9 * copyGbPerS) + calls * callSeconds
}

interface Pace {
  /** Mean seconds per step. */
  seconds: number
  /** Seconds of the first step beyond those of an ordinary one. */
  start: number
  scale: RunScale
}

/** The newest run of the kind on a model with as many parameters, with its pace. */
function paceOfLike(db: Db, kind: RunKind, { parameters }: RunScale): { run: Run; pace: Pace } | null {
  for (const run of listRuns(db).reverse()) {
    const scale = RunScale.safeParse((run.result as { scale?: unknown } | null)?.scale).data
    if (run.kind !== kind || scale?.parameters !== parameters) continue
    const pace = paceOf(db, run.id, scale)
    if (pace) return { run, pace }
  }
  return null
}

/** A pace needs at least this many steps. */
const minSteps = 3

/** Steps right after a start or a resumption load and compile: they do not count. */
function paceOf(db: Db, run: string, scale: RunScale): Pace | null {
  const begun = new Set([0, ...listMarks(db, run).map(({ step }) => step)])
  const times = stepTimes(db, run)
  const steady = times.filter(({ step }) => !begun.has(step - 1))
  if (steady.length < minSteps) return null
  const seconds = steady.reduce((sum, time) => sum + time.seconds, 0) / steady.length
  return { seconds, start: Math.max(0, (times[0]?.seconds ?? 0) - seconds), scale }
}
