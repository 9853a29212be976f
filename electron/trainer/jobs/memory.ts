/** Says before a run how much memory it needs, and refuses one that can't fit, with what would make it fit. */
import os from 'node:os'
import type { PpoConfig } from '../../contract/configs.ts'
import { UserError } from '../../contract/errors.ts'
import { type MemoryUse, type TrainingShape, totalBytes, trainingMemory } from '../../engine/memory.ts'
import { type Model, parameterCount } from '../../engine/model/model.ts'
import { runtime } from '../../engine/runtime/runtime.ts'
import { bucketLength, commonLengths, type QueryResponse } from '../../engine/training/batch.ts'
import { trainedParameters } from '../../pipeline/ppo/update.ts'
import type { JobContext } from './context.ts'

/** The settings of any run that matter here. */
type Settings = Pick<PpoConfig, 'microBatchSize' | 'gradientCheckpointing' | 'loraRank'> & {
  valueTrunk?: PpoConfig['valueTrunk']
}

/** @throws UserError where it can't fit */
export function checkMemory(shape: TrainingShape, settings: Settings, { emit }: JobContext): void {
  if (!runtime().compiles) return
  const use = trainingMemory(shape)
  const needed = totalBytes(use)
  const available = availableBytes()
  if (needed > available) throw new UserError('out_of_memory', refusal(use, available, settings))
  emit({
    type: 'note',
    sentence: `Needs about ${inGb(needed)} GB of the ${inGb(available)} GB of memory here.`,
  })
}

/** What this process may have in all: free memory and what it has already, within its container's limit. */
function availableBytes(): number {
  const free = os.freemem() + process.memoryUsage.rss()
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(free, limit) : free
}

function refusal(use: MemoryUse, available: number, settings: Settings): string {
  const parts = Object.entries(use)
    .filter(([, part]) => part > 0.05 * totalBytes(use))
    .sort(([, a], [, b]) => b - a)
    .map(([name, part]) => `${name} ${inGb(part)}`)
  return [
    `This run needs about ${inGb(totalBytes(use))} GB of memory (${parts.join(', ')}), and there are ${inGb(available)} GB.`,
    `Try ${adviceFor(settings).join(', or ')}.`,
  ].join(' ')
}

function adviceFor({ microBatchSize, gradientCheckpointing, loraRank, valueTrunk }: Settings): string[] {
  return [
    ...(microBatchSize === 1 ? ['shorter texts'] : ['a smaller microBatchSize']),
    ...(gradientCheckpointing ? [] : ['gradientCheckpointing = true']),
    ...(loraRank === null ? ['loraRank = 16'] : []),
    ...(valueTrunk === 'separate' ? ['valueTrunk = shared'] : []),
  ]
}

const inGb = (size: number) => (size / 1e9).toFixed(1)

/** The shape of training one model on examples. */
export function supervisedShape(
  model: Model,
  trained: Model['parameters'],
  responses: readonly QueryResponse[],
  config: Settings & { batchSize: number },
  { rowsPerExample, makesLogits }: { rowsPerExample: 1 | 2; makesLogits: boolean },
): TrainingShape {
  const { queryLength, responseLength } = commonLengths(responses)
  const batch = Math.min(config.batchSize, responses.length / rowsPerExample)
  const rows = rowsPerExample * Math.min(config.microBatchSize ?? batch, batch)
  return {
    passes: [
      {
        config: model.config,
        rows,
        length: queryLength + responseLength,
        logitRows: makesLogits ? rows * responseLength : 0,
        recomputeLayers: config.gradientCheckpointing,
      },
    ],
    heldNumbers: parameterCount(model.parameters) + (model.base ? parameterCount(model.base.parameters) : 0),
    trainedNumbers: parameterCount(trained),
    accumulates: rows < rowsPerExample * batch,
    generation: null,
  }
}

/**
 * The shape of PPO.
 * @param held every model in memory
 * @param longestQuery in tokens
 */
export function ppoShape(
  { policy, value }: { policy: Model; value: Model },
  held: Iterable<Model>,
  longestQuery: number,
  config: PpoConfig,
): TrainingShape {
  const lengths = { query: bucketLength(longestQuery), response: bucketLength(config.maxNewTokens) }
  const miniBatch = Math.ceil(config.rolloutBatchSize / config.numMiniBatches)
  const rows = Math.min(config.microBatchSize ?? miniBatch, miniBatch)
  const pass = (model: Model, logitRows: number) => ({
    config: model.config,
    rows,
    length: lengths.query + lengths.response,
    logitRows,
    recomputeLayers: config.gradientCheckpointing,
  })
  return {
    passes: [pass(policy, rows * lengths.response), ...(value === policy ? [] : [pass(value, 0)])],
    heldNumbers: [...new Set(held)].reduce((sum, { parameters }) => sum + parameterCount(parameters), 0),
    trainedNumbers: parameterCount(trainedParameters(policy, value)),
    accumulates: rows < miniBatch,
    generation: {
      config: policy.config,
      rows: config.rolloutBatchSize,
      slots: bucketLength(lengths.query + config.maxNewTokens),
    },
  }
}
