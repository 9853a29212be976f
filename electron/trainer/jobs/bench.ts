/** The benchmarks: random weights, the same work as the peers' script; only time and memory are measured. */
import * as tf from '@tensorflow/tfjs-core'
import type { Hooks } from '../../contract/events.ts'
import type { BenchResult, InferenceJob } from '../../contract/jobs.ts'
import { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { SftConfig } from '../../contract/run-kinds/sft.ts'
import { Generator } from '../../engine/generation/generate.ts'
import type { ModelConfig } from '../../engine/model/config.ts'
import {
  adaptModel,
  addScoreHead,
  copyModel,
  createModel,
  type Model,
  policyParameters,
  weightsOf,
} from '../../engine/model/model.ts'
import { plainLlama } from '../../engine/model/presets.ts'
import { causalBias, hiddenStates, outputMatrix } from '../../engine/model/transformer.ts'
import { tokenLogprobs } from '../../engine/model/vocabulary.ts'
import { integers } from '../../engine/random.ts'
import { runtime } from '../../engine/runtime/runtime.ts'
import type { Tensors } from '../../engine/runtime/tensor-record.ts'
import { byteLevelTokenizer } from '../../engine/tokenizer/index.ts'
import { TrainStep } from '../../engine/training/train-step.ts'
import { trainPpo } from '../../pipeline/ppo/train.ts'
import { RewardScorer } from '../../pipeline/reward/model.ts'
import { ppoModels } from './ppo-models.ts'

type BenchJob = Extract<InferenceJob, { kind: 'bench' }>

const shared = { ...plainLlama, bosId: 1, eosIds: [2], padId: 0 }

export const configs: Record<BenchJob['model'], ModelConfig> = {
  tiny: {
    ...shared,
    hiddenSize: 256,
    intermediateSize: 1024,
    numLayers: 4,
    numHeads: 8,
    numKvHeads: 8,
    headDim: 32,
    vocabSize: 8192,
    maxPositions: 1024,
    ropeTheta: 10000,
  },
  smollm2: {
    ...shared,
    hiddenSize: 576,
    intermediateSize: 1536,
    numLayers: 30,
    numHeads: 9,
    numKvHeads: 3,
    headDim: 64,
    vocabSize: 49152,
    maxPositions: 8192,
    ropeTheta: 100000,
  },
}

/** Random ids that are not special tokens, one list per row. */
function randomQueries(rows: number, length: number, vocabSize: number): number[][] {
  const ids = integers({ seed: 0, stream: 'bench' }, 0, rows * length, vocabSize - 3)
  return Array.from({ length: rows }, (_, row) =>
    [...ids.subarray(row * length, (row + 1) * length)].map((id) => id + 3),
  )
}

export async function runBench(job: BenchJob, hooks: Hooks): Promise<BenchResult> {
  const model = createModel(configs[job.model], 0)
  const work = { train: benchTrain, generate: benchGenerate, ppo: benchPpo }[job.what]
  const { first, seconds, tokens } = await work(model, job, hooks)
  const median = [...seconds].sort((a, b) => a - b)[Math.floor(seconds.length / 2)]!
  const { kind, version, threads } = runtime()
  return {
    what: job.what,
    model: job.model,
    batch: job.batch,
    prompt: job.prompt,
    new: job.new,
    tokens_per_s: round(tokens / median, 2),
    s_per_step: round(median, 4),
    first_step_s: round(first, 2),
    peak_rss_gb: round(process.resourceUsage().maxRSS / 2 ** 20, 2),
    lora: job.lora,
    value_trunk: job.valueTrunk,
    runtime: `${kind} ${version}`,
    threads,
  }
}

function round(x: number, digits: number): number {
  return Number(x.toFixed(digits))
}

interface Timed {
  /** Seconds of the first step, which compiles. */
  first: number
  /** The duration of each later step. */
  seconds: number[]
  tokens: number
}

/** Times the first call, and `steps` calls after it. */
function timeSteps(steps: number, { emit }: Hooks, step: () => void): Omit<Timed, 'tokens'> {
  const seconds: number[] = []
  for (let i = 0; i <= steps; i++) {
    const start = performance.now()
    step()
    seconds.push((performance.now() - start) / 1000)
    emit({ type: 'progress', phase: 'bench', done: i, total: steps })
  }
  return { first: seconds[0]!, seconds: seconds.slice(1) }
}

/** AdamW on the mean cross-entropy of all next tokens. */
export async function benchTrain(
  start: Model,
  job: Pick<BenchJob, 'batch' | 'prompt' | 'new' | 'steps' | 'lora'>,
  hooks: Hooks,
): Promise<Timed> {
  const length = job.prompt + job.new
  const model = job.lora === null ? start : adaptModel(start, job.lora, 0)
  const { config } = model
  const trainStep = new TrainStep(
    'bench',
    policyParameters(model),
    SftConfig.parse({ learningRate: 1e-5 }),
    (parameters, { ids, positions, mask, next }: Tensors<'ids' | 'positions' | 'mask' | 'next'>) => {
      const weights = weightsOf(model, (name) => parameters.get(name))
      const hidden = hiddenStates(config, weights, { ids, positions, attentionBias: causalBias(mask) })
      const ids1d = tf.reshape(next, [-1])
      const matrix = outputMatrix(config, weights)
      const logprobs = tokenLogprobs({
        hidden,
        matrix,
        ids: ids1d,
        softcap: config.logitSoftcap,
        temperature: 1,
      })
      return { loss: tf.neg(tf.mean(logprobs)), metrics: {} }
    },
  )
  const rows = randomQueries(job.batch, length, config.vocabSize)
  const inputs = {
    ids: tf.tensor2d(rows, undefined, 'int32'),
    positions: tf.tensor2d(
      rows.map((row) => row.map((_, t) => t)),
      undefined,
      'int32',
    ),
    mask: tf.ones([job.batch, length]),
    next: tf.tensor2d(
      rows.map((row) => [...row.slice(1), row[0]!]),
      undefined,
      'int32',
    ),
  }
  const timed = timeSteps(job.steps, hooks, () => trainStep.run([inputs], 1e-5))
  tf.dispose(inputs)
  trainStep.dispose()
  return { ...timed, tokens: job.batch * length }
}

async function benchGenerate(model: Model, job: BenchJob, hooks: Hooks): Promise<Timed> {
  const generator = new Generator(model)
  const queries = randomQueries(job.batch, job.prompt, model.config.vocabSize)
  const options = {
    temperature: 1,
    topK: 0,
    topP: 1,
    maxNewTokens: job.new,
    eosIds: [],
    padId: 0,
    seed: 0,
    stream: 'bench',
  }
  const timed = timeSteps(job.steps, hooks, () => generator.generate(queries, options))
  return { ...timed, tokens: job.batch * job.new }
}

/** Whole PPO iterations: sampling, reference and reward scoring, 4 epochs of updates, as in the peers' script. */
async function benchPpo(start: Model, job: BenchJob, hooks: Hooks): Promise<Timed> {
  const rewardModel = copyModel(start)
  addScoreHead(rewardModel, 0)
  const scorer = new RewardScorer(rewardModel, 'bt-changed', 0)
  const config = PpoConfig.parse({
    totalSteps: job.steps + 1,
    rolloutBatchSize: job.batch,
    normalizationSamples: job.batch,
    maxNewTokens: job.new,
    numPpoEpochs: 4,
    numMiniBatches: 1,
    loraRank: job.lora,
    valueTrunk: job.valueTrunk,
    tripwires: { maxKl: null, lengthChange: null, maxRepetition: null, minEosRate: null, judgeDrop: null },
  })
  const ends: number[] = [performance.now()]
  await trainPpo(
    {
      ...ppoModels(start, rewardModel, config),
      scorer,
      sequenceScorer: null,
      ensemble: [],
      tokenizer: byteLevelTokenizer([]),
      prompts: randomQueries(job.batch * (job.steps + 1), job.prompt, start.config.vocabSize).map(
        (query, i) => ({ id: `${i}`, query }),
      ),
      heldoutPrompts: [],
      keptMean: 0,
      judge: null,
    },
    config,
    {
      onStep: (step, totalSteps) => {
        ends.push(performance.now())
        hooks.emit({ type: 'progress', phase: 'bench', done: step, total: totalSteps })
      },
      onSamples: () => {},
      checkpointFolder: null,
      signal: hooks.signal,
    },
  )
  const [first, ...seconds] = ends.slice(1).map((end, i) => (end - ends[i]!) / 1000)
  return { first: first!, seconds, tokens: job.batch * job.new }
}
