/**
 * What all training jobs do: read the rows, demand examples, check the memory, train, save a model folder, and release
 * everything again. A method (`sft.ts`, `reward.ts`, `ppo.ts`, `dpo.ts`) adds its models, its examples and its stage.
 */
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { RunInputRow } from '../../contract/records.ts'
import type { ModelRef, TrainingResult } from '../../contract/run-kinds/common.ts'
import { runKinds, type TrainingJob } from '../../contract/run-kinds/index.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'
import { latestCheckpoint } from '../../engine/checkpoints/checkpoint-folder.ts'
import { writeFolderAtomic } from '../../engine/formats/atomic.ts'
import { scoreHead } from '../../engine/model/config.ts'
import { adaptModel, type Model } from '../../engine/model/model.ts'
import { saveAdapters } from '../../engine/model/sources/adapter-files.ts'
import { baseNameOf } from '../../engine/model/sources/base-name.ts'
import { withoutThinking } from '../../engine/tokenizer/thinking.ts'
import type { Fit, SplitRows } from '../../engine/training/examples.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { learningRateAt } from '../../engine/training/schedule.ts'
import { classificationOfScheme, type RewardCard, writeRewardCard } from '../../pipeline/reward/card.ts'
import type { SizedModel } from '../../sizing/counts.ts'
import { type RunSize, runScale, runShape, runSteps } from '../../sizing/run-size.ts'
import { readInputRows } from './input.ts'
import { checkMemory } from './memory.ts'
import { type ModelWithTokenizer, type OpenedModel, openModel, saveModelFolder } from './open-model.ts'
import { reportStart } from './report-start.ts'
import { Resources } from './resources.ts'

/** A run whose models are open and whose examples are made. */
export interface PreparedRun<Extra> {
  examples: SplitRows<unknown>
  /** What the training split lacks if it has no example: "no prompt". */
  missing: string
  /** Called only if there are training examples. @throws UserError if they do not fit the models */
  size(): RunSize
  /** What is compiled up to the first step (`first-programs.ts`). Called only if there are training examples. */
  programs(): string[]
  train(hooks: RunHooks): Promise<Trained<Extra>>
}

export interface Trained<Extra> {
  end: RunEnd
  /** What is saved when the run is done. */
  model: ModelWithTokenizer
  /** Metadata in a reward model's folder. */
  card?: RewardCard
  /** What the method's result has besides every run's. */
  extra: Extra
}

/** @param prepare opens models, which it gives to `resources`, and makes examples of the run's rows */
export async function runTraining<Extra extends object>(
  job: TrainingJob,
  hooks: Hooks,
  prepare: (rows: readonly RunInputRow[], resources: Resources) => PreparedRun<Extra>,
): Promise<TrainingResult & Extra> {
  const resources = new Resources()
  try {
    hooks.emit({ type: 'starting', at: { stage: 'opening' } })
    const rows = await readInputRows(job.input)
    const run = prepare(job.config.keepThinking ? rows : rows.map(withoutThoughts), resources)
    requireExamples(run, job)
    noteIdentical(run.examples, hooks)
    const size = run.size()
    checkSteps(job, runSteps(size), hooks)
    checkMemory(runShape(size), job.config, hooks)
    const start = reportStart(hooks, run.programs())
    resources.keep({ dispose: start.end })
    const trained = await run.train(runHooks(job, start.hooks))
    return { ...(await finish(job, trained, run.examples, size)), ...trained.extra }
  } finally {
    resources.release()
  }
}

/** The responses of a row without the thinking blocks that they begin with. */
function withoutThoughts({ split, item, edited, references }: RunInputRow): RunInputRow {
  const strip = (text: string | null) => text && withoutThinking(text)
  const responses = { chosen: strip(item.chosen), rejected: strip(item.rejected) }
  const row = { split, item: { ...item, ...responses }, edited: strip(edited) }
  return references === undefined ? row : { ...row, references: references.map(withoutThinking) }
}

function runHooks(job: TrainingJob, { emit, signal }: Hooks): RunHooks {
  return {
    onStep: (step, totalSteps, metrics) => emit({ type: 'step', step, totalSteps, metrics }),
    onSamples: (step, samples) => emit({ type: 'samples', step, samples }),
    checkpointFolder: job.folder,
    signal,
  }
}

/** Opens what a run trains: the whole model, or adapters on it. */
export function openTrained(
  ref: ModelRef,
  { loraRank, seed, templateVariables }: Pick<SftConfig, 'loraRank' | 'seed' | 'templateVariables'>,
  resources: Resources,
  use: 'language' | 'scores' = 'language',
): OpenedModel {
  const opened = openModel(ref, use, { isFrozen: loraRank !== null, variables: templateVariables })
  const start = resources.keepModel(opened.model)
  const model = loraRank === null ? start : resources.keepModel(adaptModel(start, loraRank, seed))
  return { ...opened, model }
}

/** Of a run that was stopped before the first step after its newest checkpoint. */
export function pausedBefore({ folder }: TrainingJob): RunEnd {
  return { state: 'paused', step: latestCheckpoint(folder)?.step ?? 0, reason: null }
}

export function sizedModel({ config, parameters, base }: Model): SizedModel {
  return { config, hasHead: (base?.parameters ?? parameters).has(scoreHead) }
}

/** The settings with the model's context, which examples have to fit. */
export function limitsOf<Config extends object>({ config }: { config: Config }, model: Model) {
  return { ...config, maxPositions: model.config.maxPositions }
}

function requireExamples({ examples, missing }: PreparedRun<unknown>, { config }: TrainingJob): void {
  const { train, dropped, identical } = examples
  if (train.length > 0) return
  const why = [`There is ${missing} in the training split.`]
  if (dropped > 0 && 'maxResponseTokens' in config)
    why.push(
      `${dropped} were left out because a response is longer than maxResponseTokens = ${config.maxResponseTokens}: raise it.`,
    )
  if (identical > 0)
    why.push(`${identical} were left out because their two responses are identical: edit the rejected ones.`)
  throw new UserError('bad_input', why.join(' '))
}

/**
 * A warm-up that is longer than the run is reported.
 * @throws UserError if the run has done more steps than its settings give it
 */
function checkSteps({ folder, config }: TrainingJob, steps: number, { emit }: Hooks): void {
  const done = latestCheckpoint(folder)?.step ?? 0
  if (done > steps)
    throw new UserError(
      'bad_input',
      `This run has done ${done} steps already, and its settings end it after ${steps}. Branch from an earlier checkpoint, or give it more steps.`,
    )
  const { warmupSteps, learningRate } = config
  if (warmupSteps <= steps) return
  const reached = learningRateAt(config, steps - 1, steps)
  const sentence = `The warm-up of ${warmupSteps} steps is longer than the run of ${steps}: the learning rate ends at ${reached.toPrecision(2)} and never reaches ${learningRate}. Lower warmupSteps, or train for longer.`
  emit({ type: 'note', sentence })
}

/** The result does not count these pairs, so a note does. */
function noteIdentical({ identical }: SplitRows<unknown>, { emit }: Hooks): void {
  if (identical === 0) return
  const sentence = `Pairs left out because their two responses are identical: ${identical}.`
  emit({ type: 'note', sentence })
}

/** The name of the model that a run starts from; null for one made from scratch, which is not on disk. */
function baseOf(job: TrainingJob): string | null {
  const [trained] = Object.keys(runKinds[job.kind].models)
  const start: unknown = Reflect.get(job, trained!)
  if (typeof start === 'string') return baseNameOf(start)
  const { path: file } = Object(start) as { path?: string }
  return file === undefined ? null : baseNameOf(file)
}

/** Saves the model of a finished run, with its adapters next to it; a paused one resumes from its checkpoint. */
async function finish(
  job: TrainingJob,
  { end, model: trained, card }: Trained<unknown>,
  { dropped, cut }: Fit,
  size: RunSize,
): Promise<TrainingResult> {
  const scale = runScale(size)
  if (end.state === 'paused') return { ...end, model: null, dropped, cut, scale }
  const classification = card ? classificationOfScheme(card.scheme) : null
  const { folder } = job
  if (trained.model.base) {
    const adapters = { base: baseOf(job), classification }
    await writeFolderAtomic(path.join(folder, 'adapter'), (beside) =>
      saveAdapters(trained.model, beside, adapters),
    )
  }
  const model = path.join(folder, 'model')
  await writeFolderAtomic(model, async (beside) => {
    await saveModelFolder(trained, beside, classification)
    if (card) await writeRewardCard(beside, card)
  })
  return { ...end, model, dropped, cut, scale }
}
