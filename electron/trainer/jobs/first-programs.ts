/**
 * Which programs a run compiles up to its first step, in their order, so that one who waits sees how many are left. It
 * never decides anything: a program that is missing here is compiled all the same.
 */
import type { JobOf } from '../../contract/jobs.ts'
import { creditEstimators } from '../../contract/run-kinds/ppo-choices.ts'
import { likelihood } from '../../contract/run-kinds/reward.ts'
import { latestCheckpoint } from '../../engine/checkpoints/checkpoint-folder.ts'
import { chunksOf, partsOf, type ResponseLengths } from '../../engine/training/batch.ts'
import { isCheckpointStep } from '../../engine/training/run.ts'
import { supervisedSteps } from '../../engine/training/schedule.ts'
import type { SupervisedConfig } from '../../engine/training/supervised.ts'

/** One program per shape: of a step of `rows` examples in micro-batches. */
export function stepPrograms(name: string, rows: readonly number[], microBatchSize: number | null): string[] {
  const chunks = [...new Set(rows)].map((count) => sizesOf(count, microBatchSize ?? count))
  const whole = chunks.flatMap((sizes) => (sizes.length === 1 ? sizes : []))
  const parts = chunks.flatMap((sizes) => (sizes.length === 1 ? [] : sizes))
  const apply = parts.length > 0 ? [`${name}_apply`] : []
  return [...perShape(`${name}_step`, whole), ...perShape(`${name}_gradients`, parts), ...apply]
}

/**
 * Of training on fixed examples.
 * @param evaluate the program that measures held-out examples; null if there are none, or if it is compiled before
 */
export function supervisedPrograms(
  name: string,
  examples: number,
  { folder, config }: { folder: string; config: SupervisedConfig },
  evaluate: string | null = null,
): string[] {
  const first = (latestCheckpoint(folder)?.step ?? 0) + 1
  const isSaved = isCheckpointStep(first, supervisedSteps(examples, config), config.checkpointEvery)
  const step = stepPrograms(name, [Math.min(config.batchSize, examples)], config.microBatchSize)
  return isSaved && evaluate !== null ? [...step, evaluate] : step
}

/** One program for each pair of lengths that the reference scores. */
export function referencePrograms(lengths: readonly ResponseLengths[]): string[] {
  const shapes = lengths.map(({ queryLength, responseLength }) => `${queryLength} ${responseLength}`)
  return perShape('dpo_reference', shapes)
}

export const samplingPrograms = ['prefill', 'decode']

/**
 * A run that resumes has measured the scale of rewards already.
 * @param isJudged the reference then answers the held-out prompts first
 */
export function ppoPrograms(
  { config, folder, ensemble, sequenceModel }: JobOf<'ppo'>,
  isJudged: boolean,
): string[] {
  const { rolloutBatchSize, numMiniBatches, microBatchSize, valueTrunk, credit } = config
  const hasSeparateValue = creditEstimators[credit].hasCritic && valueTrunk !== 'shared'
  const isLikelihood = config.derivedRewards === likelihood
  const reader = isLikelihood ? ['reward_likelihood', 'reward_likelihood'] : ['reward_scalars']
  const rewards = [
    ...Array.from({ length: 1 + ensemble.length }, () => reader).flat(),
    ...(sequenceModel === null ? [] : ['reward_scalars']),
  ]
  const scores = [...(hasSeparateValue ? ['ppo_value_score'] : []), 'ppo_reference_score']
  const miniBatches = partsOf(Array(rolloutBatchSize).fill(0), numMiniBatches).map(({ length }) => length)
  const update = stepPrograms('ppo', miniBatches, microBatchSize)
  const referenceAnswers = isJudged ? samplingPrograms : []
  return latestCheckpoint(folder) === null
    ? [...referenceAnswers, ...samplingPrograms, ...rewards, ...scores, ...update]
    : [...referenceAnswers, ...samplingPrograms, ...scores, ...rewards, ...update]
}

function sizesOf(rows: number, size: number): number[] {
  return chunksOf(Array(rows).fill(0), size).map(({ length }) => length)
}

function perShape(name: string, shapes: readonly (number | string)[]): string[] {
  return [...new Set(shapes)].map(() => name)
}
