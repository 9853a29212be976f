/** The size of a PPO run: sampling, scoring and updating, with up to four models. */

import { creditEstimators } from '../../contract/run-kinds/ppo-choices.ts'
import { likelihood } from '../../contract/run-kinds/reward.ts'
import type { ModelConfig } from '../../engine/model/config.ts'
import { bucketLength } from '../../engine/training/batch.ts'
import { longestQuery, promptsOf } from '../../pipeline/ppo/examples.ts'
import {
  adapterNumbers,
  forwardFlops,
  generationWork,
  numbersOf,
  optimizerBytes,
  passCost,
  type SizedModel,
  type StepWork,
  startNumbers,
  trainedNumbers,
} from '../counts.ts'
import type { TrainingShape } from '../memory.ts'
import { forSampledRows, openPlanned } from '../planning.ts'
import type { SizedKind, SizeOf } from '../sized-kind.ts'

export interface PpoSize extends SizeOf<'ppo'> {
  policy: SizedModel
  rewardModel: SizedModel
  /** Null without a second reward model. */
  sequenceModel: SizedModel | null
  /** Further reward models. */
  ensemble: SizedModel[]
  /** In tokens. */
  longestQuery: number
  /** Held-out prompts that a judge is asked about; 0 without a judge. */
  judged: number
}

export const ppo: SizedKind<'ppo', PpoSize> = {
  async plan({ policy, rewardModel, sequenceModel, ensemble, judge, config }, rows) {
    const { model, tokenizer } = openPlanned({ path: policy })
    let longest = 0
    let heldout = 0
    await forSampledRows(rows, (part) => {
      const prompts = promptsOf(part, tokenizer, config.maxQueryTokens)
      longest = Math.max(longest, longestQuery([...prompts.train, ...prompts.heldout]))
      heldout += prompts.heldout.length
    })
    return {
      kind: 'ppo',
      config,
      policy: model,
      rewardModel: openPlanned({ path: rewardModel }).model,
      sequenceModel: sequenceModel === null ? null : openPlanned({ path: sequenceModel }).model,
      ensemble: ensemble.map((path) => openPlanned({ path }).model),
      longestQuery: longest,
      judged: judge === null ? 0 : heldout,
    }
  },
  count(size) {
    const shape = shapeOf(size)
    return {
      shape,
      steps: size.config.totalSteps,
      work: workOf(size, shape.trainedNumbers),
      model: size.policy,
    }
  },
}

/** Common lengths of queries and responses, in tokens. */
function lengthsOf({ longestQuery, config }: PpoSize) {
  return { query: bucketLength(longestQuery), response: bucketLength(config.maxNewTokens) }
}

/** Whether there is a value model beside the policy. */
function hasValueModel({ config }: PpoSize): boolean {
  return creditEstimators[config.credit].hasCritic && config.valueTrunk === 'separate'
}

/** Numbers of the head that a shared trunk gets. */
function sharedHead({ policy, config }: PpoSize): number {
  return creditEstimators[config.credit].hasCritic ? policy.config.hiddenSize : 0
}

/** All that score responses. */
function rewardModelsOf({ rewardModel, sequenceModel, ensemble }: PpoSize): SizedModel[] {
  return [rewardModel, ...(sequenceModel ? [sequenceModel] : []), ...ensemble]
}

function valueConfig({ policy, rewardModel, config }: PpoSize): ModelConfig {
  return config.valueInit === 'reward' ? rewardModel.config : policy.config
}

function shapeOf(run: PpoSize): TrainingShape {
  const { policy, config } = run
  const lengths = lengthsOf(run)
  const hasOwnTrunk = hasValueModel(run)
  const miniBatch = Math.ceil(config.rolloutBatchSize / config.numMiniBatches)
  const rows = Math.min(config.microBatchSize ?? miniBatch, miniBatch)
  const pass = (model: ModelConfig, logitRows: number) => ({
    config: model,
    rows,
    length: lengths.query + lengths.response,
    logitRows,
    recomputeLayers: config.gradientCheckpointing,
  })
  return {
    passes: [
      pass(policy.config, rows * lengths.response),
      ...(hasOwnTrunk ? [pass(valueConfig(run), 0)] : []),
    ],
    heldNumbers:
      startNumbers(policy) +
      rewardModelsOf(run).reduce((sum, model) => sum + startNumbers(model), 0) +
      copiedNumbers(run),
    trainedNumbers: hasOwnTrunk
      ? trainedNumbers(policy.config, config.loraRank, false) +
        trainedNumbers(valueConfig(run), config.loraRank, true)
      : trainedNumbers(policy.config, config.loraRank, false) + sharedHead(run),
    accumulates: rows < miniBatch,
    generation: {
      config: policy.config,
      rows: config.rolloutBatchSize,
      slots: bucketLength(lengths.query + config.maxNewTokens),
    },
  }
}

/** What a run creates besides the two models it opens: the reference or the policy's adapters, a value model, heads. */
function copiedNumbers(run: PpoSize): number {
  const { policy, config } = run
  const vary = (model: ModelConfig) =>
    config.loraRank === null ? numbersOf(model) : adapterNumbers(model, config.loraRank)
  const reference =
    vary(policy.config) + (config.loraRank === null && policy.hasHead ? policy.config.hiddenSize : 0)
  if (hasValueModel(run)) {
    const value = valueConfig(run)
    return reference + vary(value) + value.hiddenSize
  }
  return reference + (config.loraRank === null && policy.hasHead ? 0 : sharedHead(run))
}

function workOf(run: PpoSize, trained: number): StepWork {
  const { policy, config, judged } = run
  const { query, response } = lengthsOf(run)
  const rows = config.rolloutBatchSize
  const forward = (model: ModelConfig, logitRows: number) =>
    forwardFlops(model, rows, query + response, logitRows)
  const values = hasValueModel(run) ? forward(valueConfig(run), 0) : 0
  const updated = passCost(config) * (forward(policy.config, rows * response) + values)
  const judgings =
    judged === 0 ? 0 : Math.max(1, config.judgeEvery > 0 ? config.totalSteps / config.judgeEvery : 0)
  const batches = 1 + (judgings / config.totalSteps) * Math.ceil(judged / rows)
  const sampled = generationWork(policy.config, rows, query, config.maxNewTokens)
  // A likelihood needs the probabilities of both models.
  const isLikelihood = config.derivedRewards === likelihood
  const rewardLogits = isLikelihood ? rows * response : 0
  return {
    flops:
      (isLikelihood ? forward(policy.config, rewardLogits) : 0) +
      batches * sampled.flops +
      forward(policy.config, rows * response) +
      rewardModelsOf(run).reduce((sum, model) => sum + forward(model.config, rewardLogits), 0) +
      values +
      config.numPpoEpochs * updated,
    bytes: batches * sampled.bytes + config.numPpoEpochs * config.numMiniBatches * optimizerBytes(trained),
    calls:
      batches * sampled.calls +
      (3 + config.numPpoEpochs) * Math.ceil(rows / (config.microBatchSize ?? rows)) +
      config.numPpoEpochs * config.numMiniBatches,
  }
}
