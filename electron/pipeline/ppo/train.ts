/**
 * PPO with a reward at every token, or one at the end: sample, score, reward, advantage, update. The loop below is
 * the paper's last training stage in one reading; each formula is in the file beside it.
 */
import type { RunSample } from '../../contract/events.ts'
import type { StepMetrics } from '../../contract/metrics.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { type GenerationOptions, Generator } from '../../engine/generation/generate.ts'
import type { Model } from '../../engine/model/model.ts'
import { repetition } from '../../engine/statistics/repetition.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { bucketLength, type ResponseLengths } from '../../engine/training/batch.ts'
import {
  isCheckpointStep,
  type RunEnd,
  type RunHooks,
  RunState,
  yieldToEventLoop,
} from '../../engine/training/run.ts'
import { learningRateAt } from '../../engine/training/schedule.ts'
import { type Advantages, explainedVariance, gae, maskedMean, whiten } from './advantages.ts'
import {
  adaptKlCoef,
  klK3PerToken,
  klPerToken,
  penalizeMissingEos,
  type RewardScale,
  sequenceRewardScale,
  sequenceScores,
  sumOverSegments,
  tokenRewardScale,
  tokenScores,
  withKlPenalty,
} from './rewards.ts'
import {
  joinRows,
  type Prompt,
  padTo,
  promptsOfStep,
  type Rollout,
  RolloutScorer,
  type Sample,
  sampleInBatches,
  sampleResponses,
} from './rollout.ts'
import { freshMemory, remember, type TripwireMemory, trippedBy } from './tripwires.ts'
import { PpoUpdate, trainedParameters } from './update.ts'

/** What a trained reward model says of responses. */
export interface ResponseScorer {
  /** @returns the reward of each response token, one array per response */
  tokenRewards(samples: readonly Sample[], batchSize: number, lengths: ResponseLengths): Float32Array[]
  sequenceScore(tokenRewards: Float32Array): number
}

export interface PpoInputs {
  policy: Model
  refPolicy: Model
  /** The policy itself when the value head shares its trunk. */
  value: Model
  scorer: ResponseScorer
  tokenizer: Tokenizer
  prompts: Prompt[]
  heldoutPrompts: Prompt[]
  /** Mean reward of kept tokens on held-out edits: the zero of token rewards. */
  keptMean: number
  /** Null judges nothing. */
  judge: {
    /** Win rate in percent of responses to the held-out prompts against the reference. */
    winRate(samples: Sample[]): Promise<number>
    /** Keeps the policy as it is now, which the judge likes best so far. */
    keepBest(): Promise<void>
  } | null
}

/** What a checkpoint holds besides the variables. */
export interface SavedState {
  klCoef: number
  scale: RewardScale
  memory: TripwireMemory
  /** Optimizer updates made so far. */
  updates: number
  /** The step that the judge likes best so far. */
  bestStep: number | null
  /** The settings that it was saved under, as far as they are part of the state; checkpoints of an older Stet lack them. */
  under?: Pick<PpoConfig, 'klCoef' | 'tripwires'>
}

/**
 * A checkpoint's state under the settings of the run that goes on from it, which may be a branch: another klCoef
 * counts from here on, and a tripwire with another limit may trip again.
 */
export function stateUnder(
  saved: SavedState,
  { klCoef, tripwires }: Pick<PpoConfig, 'klCoef' | 'tripwires'>,
): SavedState {
  const { memory, under = { klCoef, tripwires } } = saved
  const known = memory.known.filter((wire) => under.tripwires[wire] === tripwires[wire])
  return {
    ...saved,
    klCoef: under.klCoef === klCoef ? saved.klCoef : klCoef,
    memory: { ...memory, known },
  }
}

/** Trains the policy (and value model) in place. */
export async function trainPpo(inputs: PpoInputs, config: PpoConfig, hooks: RunHooks): Promise<RunEnd> {
  const { policy, refPolicy, value, scorer, tokenizer } = inputs
  const { padId } = tokenizer
  const chunk = config.microBatchSize ?? config.rolloutBatchSize
  const lengths = runLengths(inputs, config)
  const sampling = samplingOptions(policy, padId, lengths, config)
  const generator = new Generator(policy)
  const rolloutScorer = new RolloutScorer({ policy, refPolicy, value }, config.temperature)
  const update = new PpoUpdate(policy, value, config)
  const run = new RunState(
    hooks.checkpointFolder,
    new Map([...trainedParameters(policy, value), ...update.trainStep.variables()]),
  )
  try {
    const restored = run.restore()
    let step = restored?.step ?? 0
    const saved = restored ? stateUnder(restored.state as SavedState, config) : null
    const scale = saved?.scale ?? measureScale(generator, inputs, config, sampling, lengths)
    let klCoef = saved?.klCoef ?? config.klCoef
    let memory = saved?.memory ?? freshMemory
    let bestStep = saved?.bestStep ?? null
    update.trainStep.updates = saved?.updates ?? 0

    while (step < config.totalSteps) {
      // 1. Sample a response to each prompt.
      const prompts = promptsOfStep(inputs.prompts, config.rolloutBatchSize, config.seed, step)
      const samples = sampleResponses(generator, prompts, {
        ...sampling,
        measure: true,
        firstRow: step * config.rolloutBatchSize,
      })

      // 2. Score: the policy's view (recorded above), the reference's and the value head's, and the reward model's.
      const rollout = rolloutScorer.score(samples, padId, lengths, chunk)
      const tokenRewards = scorer.tokenRewards(samples, chunk, lengths)

      // 3. Rewards: the score at its place, minus the KL penalty at every token.
      const kl = klPerToken(rollout.logprobs, rollout.refLogprobs, rollout.batch.responseMask)
      const scores = placeScores(rollout, tokenRewards, scorer, scale, tokenizer, config)
      const rewards = withKlPenalty(scores, kl, klCoef)

      // 4. Advantages.
      const { responseMask } = rollout.batch
      const estimated = gae(rewards, rollout.values, responseMask, lengths.responseLength, config)
      const advantages = config.whitenAdvantages
        ? whiten(estimated.advantages, responseMask)
        : estimated.advantages

      // 5. Update.
      const learningRate = learningRateAt(config, step, config.totalSteps)
      const updated = update.run(
        rollout,
        { advantages, returns: estimated.returns },
        learningRate,
        step,
        padId,
      )
      step++

      // 6. Report, adapt, save, stop.
      const metrics: StepMetrics = {
        ...rolloutMetrics(rollout, { scores, rewards, kl }, estimated, klCoef),
        ...updated,
        'optim/learning_rate': learningRate,
        ...(await judged(inputs, generator, sampling, step, config)),
      }
      hooks.onStep(step, config.totalSteps, metrics)
      if (step % config.sampleEvery === 0 || step === 1)
        hooks.onSamples(step, recordSamples(rollout, { scores, kl }, advantages, tokenizer))
      const tripped = trippedBy(metrics, memory, config.tripwires)
      if (isBest(metrics, memory)) {
        await inputs.judge?.keepBest()
        bestStep = step
      }
      klCoef = adaptKlCoef(klCoef, metrics['objective/kl']!, samples.length, config.adaptiveKl)
      memory = remember(memory, metrics, tripped)
      const stopping = hooks.signal.aborted || tripped !== null
      const isDue = isCheckpointStep(step, config.totalSteps, config.checkpointEvery)
      if (stopping || isDue || bestStep === step) {
        const { updates } = update.trainStep
        const under = { klCoef: config.klCoef, tripwires: config.tripwires }
        const state: SavedState = { klCoef, scale, memory, updates, bestStep, under }
        await run.save(step, state, bestStep)
      }
      if (stopping && step < config.totalSteps)
        return { state: 'paused', step, reason: tripped?.reason ?? null }
      await yieldToEventLoop()
    }
    return { state: 'done', step, reason: null }
  } finally {
    generator.dispose()
    rolloutScorer.dispose()
    update.dispose()
  }
}

/** One shape for the whole run: the longest prompt and the longest response allowed. */
function runLengths({ prompts, heldoutPrompts }: PpoInputs, config: PpoConfig): ResponseLengths {
  const longest = [...prompts, ...heldoutPrompts].reduce((most, { query }) => Math.max(most, query.length), 1)
  return { queryLength: bucketLength(longest), responseLength: bucketLength(config.maxNewTokens) }
}

function samplingOptions(
  policy: Model,
  padId: number,
  lengths: ResponseLengths,
  config: PpoConfig,
): GenerationOptions {
  return {
    temperature: config.temperature,
    topK: 0,
    topP: 1,
    maxNewTokens: config.maxNewTokens,
    eosIds: policy.config.eosIds,
    padId,
    seed: config.seed,
    stream: 'rollout',
    queryLength: lengths.queryLength,
  }
}

/** Samples from the starting policy, which is the reference, to learn the scale of rewards. */
function measureScale(
  generator: Generator,
  inputs: PpoInputs,
  config: PpoConfig,
  sampling: GenerationOptions,
  lengths: ResponseLengths,
): RewardScale {
  const { scorer, prompts } = inputs
  const rows = config.rolloutBatchSize
  const samples: Sample[] = []
  for (let batch = 0; samples.length < config.normalizationSamples; batch++) {
    const chosen = promptsOfStep(prompts, rows, config.seed, batch)
    samples.push(
      ...sampleResponses(generator, chosen, { ...sampling, stream: 'scale', firstRow: batch * rows }),
    )
  }
  const tokenRewards = scorer.tokenRewards(samples, config.microBatchSize ?? rows, lengths)
  if (config.placement === 'token') return tokenRewardScale(tokenRewards, inputs.keptMean)
  return sequenceRewardScale(tokenRewards.map((rewards) => scorer.sequenceScore(rewards)))
}

/** The reward model's part of the reward, at its place: every token, or the last one. (B, T) */
function placeScores(
  rollout: Rollout,
  tokenRewards: Float32Array[],
  scorer: ResponseScorer,
  scale: RewardScale,
  tokenizer: Tokenizer,
  config: PpoConfig,
): Float32Array {
  const { responseMask, responseLength } = rollout.batch
  const placed =
    config.placement === 'token'
      ? tokenPlacement(rollout, tokenRewards, scale, tokenizer, config)
      : sequenceScores(
          tokenRewards.map((r) => scorer.sequenceScore(r)),
          responseMask,
          responseLength,
          scale,
          config.rewardClip,
        )
  const ended = rollout.samples.map((sample) => sample.ended)
  return penalizeMissingEos(placed, ended, responseMask, responseLength, config.missingEosPenalty)
}

function tokenPlacement(
  rollout: Rollout,
  tokenRewards: Float32Array[],
  scale: RewardScale,
  tokenizer: Tokenizer,
  config: PpoConfig,
): Float32Array {
  const { responseMask, responseLength, responseIds } = rollout.batch
  const padded = joinRows(tokenRewards.map((row) => padTo(row, responseLength)))
  const scores = tokenScores(padded, responseMask, scale, config.rewardClip)
  if (config.sumRewardOver === 'token') return scores
  const segmentEnd = Float32Array.from(responseIds, (id) => (/[.!?\n]/.test(tokenizer.pieceOf(id)) ? 1 : 0))
  return sumOverSegments(scores, segmentEnd, responseMask, responseLength)
}

interface PlacedRewards {
  scores: Float32Array
  rewards: Float32Array
  kl: Float32Array
}

function rolloutMetrics(
  rollout: Rollout,
  { scores, rewards, kl }: PlacedRewards,
  { returns }: Advantages,
  klCoef: number,
): StepMetrics {
  const { samples, batch, logprobs, refLogprobs, entropy, values } = rollout
  const perResponse = (grid: Float32Array) => grid.reduce((sum, x) => sum + x, 0) / samples.length
  const meanOf = (pick: (sample: Sample) => number) =>
    samples.reduce((sum, s) => sum + pick(s), 0) / samples.length
  return {
    'objective/kl': perResponse(kl),
    'objective/kl_k3': perResponse(klK3PerToken(logprobs, refLogprobs, batch.responseMask)),
    'objective/kl_coef': klCoef,
    'objective/entropy': maskedMean(entropy, batch.responseMask),
    'objective/scores': perResponse(scores),
    'objective/rlhf_reward': perResponse(rewards),
    'val/explained_variance': explainedVariance(values, returns, batch.responseMask),
    'response/length': meanOf((s) => s.response.length),
    'response/eos_rate': meanOf((s) => Number(s.ended)),
    'response/repetition': meanOf((s) => repetition(s.response)),
  }
}

async function judged(
  inputs: PpoInputs,
  generator: Generator,
  sampling: GenerationOptions,
  step: number,
  config: PpoConfig,
): Promise<StepMetrics> {
  const due = step === config.totalSteps || (config.judgeEvery > 0 && step % config.judgeEvery === 0)
  if (!due || !inputs.judge || inputs.heldoutPrompts.length === 0) return {}
  const options = { ...sampling, stream: 'judge' }
  const samples = sampleInBatches(generator, inputs.heldoutPrompts, config.rolloutBatchSize, options)
  return { 'judge/win_rate': await inputs.judge.winRate(samples) }
}

function isBest(metrics: StepMetrics, { bestWinRate }: TripwireMemory): boolean {
  const winRate = metrics['judge/win_rate']
  return winRate !== undefined && winRate > (bestWinRate ?? Number.NEGATIVE_INFINITY)
}

/** How many of the best and of the worst responses are recorded. */
const recordedEachSide = 2

function recordSamples(
  rollout: Rollout,
  { scores, kl }: Omit<PlacedRewards, 'rewards'>,
  advantages: Float32Array,
  tokenizer: Tokenizer,
): RunSample[] {
  const length = rollout.batch.responseLength
  const recorded = rollout.samples.map((sample, row) => {
    const at = (grid: Float32Array, t: number) => grid[row * length + t]!
    const tokens = sample.response.map((id, t) => ({
      text: tokenizer.pieceOf(id),
      reward: at(scores, t),
      value: at(rollout.values, t),
      advantage: at(advantages, t),
      kl: at(kl, t),
    }))
    const score = tokens.reduce((sum, token) => sum + token.reward, 0)
    return {
      promptId: sample.promptId,
      response: tokenizer.decode(sample.response, { skipSpecial: true }),
      tokens,
      score,
      ended: sample.ended,
    }
  })
  recorded.sort((a, b) => b.score - a.score)
  return recorded.filter((_, i) => i < recordedEachSide || i >= recorded.length - recordedEachSide)
}
