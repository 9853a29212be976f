/**
 * PPO with a reward at every token, or one at the end: sample, score, reward, advantage, update. The loop below is
 * the paper's last training stage in one reading; each formula is in a file next to it.
 */
import type { StepMetrics } from '../../contract/metrics.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { type GenerationOptions, Generator } from '../../engine/generation/generate.ts'
import type { Model } from '../../engine/model/model.ts'
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
import { gae, whiten } from './advantages.ts'
import { recordedSamples, rolloutMetrics } from './report.ts'
import {
  adaptKlCoef,
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
import { fromStored, initialState, type PpoState, type StoredPpoState, toStored } from './state.ts'
import { isBestWinRate, trippedBy, updatedTripwires } from './tripwires.ts'
import { PpoUpdate, trainedParameters } from './update.ts'

/** A trained reward model's judgement of responses. */
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
  /**
   * Mean reward of kept tokens on edits: the zero of token rewards. Null if the reward model does not say; then the mean
   * over the tokens of reference samples takes its place.
   */
  keptMean: number | null
  /** Null evaluates nothing. */
  judge: {
    /** Win rate in percent of responses to the held-out prompts against the reference; null without a verdict. */
    winRate(samples: Sample[]): Promise<number | null>
    /** Keeps the policy as it is now, which has the best win rate so far. */
    keepBest(): Promise<void>
  } | null
}

/** What is the same at every step of a run. */
interface Setup {
  inputs: PpoInputs
  config: PpoConfig
  generator: Generator
  sampling: GenerationOptions
  lengths: ResponseLengths
  /** Rows per forward pass. */
  chunk: number
}

/** Trains the policy (and value model) in place. */
export async function trainPpo(inputs: PpoInputs, config: PpoConfig, hooks: RunHooks): Promise<RunEnd> {
  const { policy, value, scorer, tokenizer } = inputs
  const setup = setUp(inputs, config)
  const { generator, sampling, lengths, chunk } = setup
  const rolloutScorer = new RolloutScorer(inputs, config.temperature)
  const update = new PpoUpdate({ policy, value }, tokenizer.padId, config)
  const checkpoints = new RunState(
    hooks.checkpointFolder,
    new Map([...trainedParameters(policy, value), ...update.trainStep.variables()]),
  )
  try {
    const restored = checkpoints.restore()
    let step = restored?.step ?? 0
    let state: PpoState = restored
      ? fromStored(restored.state as StoredPpoState, config)
      : initialState(config, measureScale(setup))
    update.trainStep.updates = state.updates

    while (step < config.totalSteps) {
      // 1. Sample a response to each prompt.
      const prompts = promptsOfStep(inputs.prompts, config.rolloutBatchSize, config.seed, step)
      const firstRow = step * config.rolloutBatchSize
      const samples = sampleResponses(generator, prompts, { ...sampling, measure: true, firstRow })

      // 2. Score: the policy's view (recorded above), the reference's and the value head's, and the reward model's.
      const rollout = rolloutScorer.score(samples, tokenizer.padId, lengths, chunk)
      const tokenRewards = scorer.tokenRewards(samples, chunk, lengths)

      // 3. Rewards: the score at its place, minus the KL penalty at every token.
      const { batch } = rollout
      const kl = klPerToken(rollout.logprobs, rollout.refLogprobs, batch.responseMask)
      const scores = placeScores(setup, rollout, tokenRewards, state.scale)
      const rewards = withKlPenalty(scores, kl, state.klCoef)

      // 4. Advantages.
      const estimated = gae(rewards, rollout.values, batch, config)
      const advantages = config.whitenAdvantages
        ? whiten(estimated.advantages, batch.responseMask)
        : estimated.advantages

      // 5. Update.
      const learningRate = learningRateAt(config, step, config.totalSteps)
      const updated = update.run(rollout, { ...estimated, advantages }, { learningRate, step })
      step++

      // 6. Report, adapt, save, stop.
      const metrics: StepMetrics = {
        ...rolloutMetrics(rollout, { scores, kl, rewards }, estimated, state.klCoef),
        ...updated,
        'optim/learning_rate': learningRate,
        ...(await heldoutMetrics(setup, step)),
      }
      hooks.onStep(step, config.totalSteps, metrics)
      if (step % config.sampleEvery === 0 || step === 1)
        hooks.onSamples(step, recordedSamples(rollout, { scores, kl }, advantages, tokenizer))
      const tripped = trippedBy(metrics, state.tripwires, config.tripwires)
      const isBest = isBestWinRate(metrics, state.tripwires)
      if (isBest) await inputs.judge?.keepBest()
      state = {
        scale: state.scale,
        klCoef: adaptKlCoef(state.klCoef, metrics['objective/kl']!, samples.length, config.adaptiveKl),
        tripwires: updatedTripwires(state.tripwires, metrics, tripped),
        updates: update.trainStep.updates,
        bestStep: isBest ? step : state.bestStep,
      }
      const stopping = hooks.signal.aborted || tripped !== null
      if (stopping || isBest || isCheckpointStep(step, config.totalSteps, config.checkpointEvery))
        await checkpoints.save(step, toStored(state, config), state.bestStep)
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
function setUp(inputs: PpoInputs, config: PpoConfig): Setup {
  const { policy, tokenizer, prompts, heldoutPrompts } = inputs
  const longest = [...prompts, ...heldoutPrompts].reduce((max, { query }) => Math.max(max, query.length), 1)
  const lengths = {
    queryLength: bucketLength(longest),
    responseLength: bucketLength(config.maxNewTokens),
  }
  const sampling: GenerationOptions = {
    temperature: config.temperature,
    topK: 0,
    topP: 1,
    maxNewTokens: config.maxNewTokens,
    eosIds: policy.config.eosIds,
    padId: tokenizer.padId,
    seed: config.seed,
    stream: 'rollout',
    queryLength: lengths.queryLength,
  }
  const chunk = config.microBatchSize ?? config.rolloutBatchSize
  return { inputs, config, generator: new Generator(policy), sampling, lengths, chunk }
}

/** Samples from the starting policy, which is the reference, to measure the scale of rewards. */
function measureScale({ inputs, config, generator, sampling, lengths, chunk }: Setup): RewardScale {
  const { scorer, prompts, keptMean } = inputs
  const rows = config.rolloutBatchSize
  const samples: Sample[] = []
  for (let batch = 0; samples.length < config.normalizationSamples; batch++) {
    const chosen = promptsOfStep(prompts, rows, config.seed, batch)
    const options = { ...sampling, stream: 'scale', firstRow: batch * rows }
    samples.push(...sampleResponses(generator, chosen, options))
  }
  const tokenRewards = scorer.tokenRewards(samples, chunk, lengths)
  if (config.placement === 'token') return tokenRewardScale(tokenRewards, keptMean)
  return sequenceRewardScale(tokenRewards.map((rewards) => scorer.sequenceScore(rewards)))
}

/** The reward model's part of the reward, at its place: every token, or the last one. (B, T) */
function placeScores(
  { inputs, config }: Setup,
  { batch, samples }: Rollout,
  tokenRewards: Float32Array[],
  scale: RewardScale,
): Float32Array {
  const atTokens = () => {
    const padded = joinRows(tokenRewards.map((row) => padTo(row, batch.responseLength)))
    const scores = tokenScores(padded, batch.responseMask, scale, config.rewardClip)
    return config.sumRewardOver === 'token'
      ? scores
      : sumOverSegments(scores, segmentEnds(batch.responseIds, inputs.tokenizer), batch)
  }
  const atEnd = () => {
    const scores = tokenRewards.map((rewards) => inputs.scorer.sequenceScore(rewards))
    return sequenceScores(scores, batch, scale, config.rewardClip)
  }
  const placed = config.placement === 'token' ? atTokens() : atEnd()
  const ended = samples.map((sample) => sample.ended)
  return penalizeMissingEos(placed, ended, batch, config.missingEosPenalty)
}

/** 1 at tokens with a full stop, `!`, `?` or line end. */
function segmentEnds(ids: Int32Array, tokenizer: Tokenizer): Float32Array {
  return Float32Array.from(ids, (id) => (/[.!?\n]/.test(tokenizer.pieceOf(id)) ? 1 : 0))
}

/** The win rate on held-out prompts, at steps at which it is due. */
async function heldoutMetrics(
  { inputs, config, generator, sampling }: Setup,
  step: number,
): Promise<StepMetrics> {
  const { judge, heldoutPrompts } = inputs
  const isDue = step === config.totalSteps || (config.judgeEvery > 0 && step % config.judgeEvery === 0)
  if (!isDue || !judge || heldoutPrompts.length === 0) return {}
  const options = { ...sampling, stream: 'judge' }
  const samples = sampleInBatches(generator, heldoutPrompts, config.rolloutBatchSize, options)
  const winRate = await judge.winRate(samples)
  return winRate === null ? {} : { 'judge/win_rate': winRate }
}
