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
  neverPauses,
  type Parts,
  type PausePoint,
  pausePointOf,
  withPauses,
} from '../../engine/training/pauses.ts'
import {
  isCheckpointStep,
  type RunEnd,
  type RunHooks,
  RunState,
  type StepPauses,
} from '../../engine/training/run.ts'
import { learningRateAt } from '../../engine/training/schedule.ts'
import { estimateCredit } from './credit.ts'
import { type Judged, placedScores } from './placements.ts'
import { recordedSamples, rolloutMetrics } from './report.ts'
import { type Judgement, RewardModels, type RewardSources } from './reward-models.ts'
import { adaptKlCoef, klPerToken, penalizeMissingEos, type RewardScales, withKlPenalty } from './rewards.ts'
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

export interface PpoInputs extends RewardSources {
  policy: Model
  refPolicy: Model
  /** The policy itself when the value head shares its trunk; null without a critic. */
  value: Model | null
  tokenizer: Tokenizer
  prompts: Prompt[]
  heldoutPrompts: Prompt[]
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
  rewardModels: RewardModels
  sampling: GenerationOptions
  lengths: ResponseLengths
  /** Rows per forward pass. */
  chunk: number
}

/** Trains the policy (and value model) in place. */
export async function trainPpo(inputs: PpoInputs, config: PpoConfig, hooks: RunHooks): Promise<RunEnd> {
  const { policy, value, tokenizer } = inputs
  const setup = setUp(inputs, config)
  const scorer = new RolloutScorer(inputs, config.temperature)
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
      : initialState(config, await withPauses(measureScales(setup), pausePointOf(hooks.signal)))
    const save = () => checkpoints.save(step, toStored(state, config), state.bestStep)

    while (step < config.totalSteps) {
      update.trainStep.updates = state.updates
      const iteration = await checkpoints.attempt(hooks.signal, (pauses) =>
        iterate({ setup, scorer, update }, state, step, pauses),
      )
      if (iteration === null) {
        await save()
        return { state: 'paused', step, reason: null }
      }
      step++

      // 6. Report, adapt, save, stop.
      const { rollout, credited, scores, kl, rewards } = iteration
      const metrics: StepMetrics = {
        ...rolloutMetrics(rollout, { scores, kl, rewards }, credited, state.klCoef),
        ...iteration.metrics,
      }
      hooks.onStep(step, config.totalSteps, metrics)
      if (step % config.sampleEvery === 0 || step === 1)
        hooks.onSamples(step, recordedSamples(rollout, { scores, kl }, credited.advantages, tokenizer))
      const tripped = trippedBy(metrics, state.tripwires, config.tripwires)
      const isBest = isBestWinRate(metrics, state.tripwires)
      if (isBest) await inputs.judge?.keepBest()
      state = {
        scales: state.scales,
        klCoef: adaptKlCoef(
          state.klCoef,
          metrics['objective/kl']!,
          rollout.samples.length,
          config.adaptiveKl,
        ),
        tripwires: updatedTripwires(state.tripwires, metrics, tripped),
        updates: update.trainStep.updates,
        bestStep: isBest ? step : state.bestStep,
      }
      const stopping = hooks.signal.aborted || tripped !== null
      if (stopping || isBest || isCheckpointStep(step, config.totalSteps, config.checkpointEvery))
        await save()
      if (stopping && step < config.totalSteps)
        return { state: 'paused', step, reason: tripped?.reason ?? null }
    }
    return { state: 'done', step, reason: null }
  } finally {
    setup.generator.dispose()
    scorer.dispose()
    update.dispose()
  }
}

interface Machinery {
  setup: Setup
  scorer: RolloutScorer
  update: PpoUpdate
}

/**
 * One step of the method.
 * @param step counts from 0
 * @throws Interrupted at a pause point; parameters and optimizer may have changed
 */
async function iterate(
  { setup, scorer, update }: Machinery,
  state: PpoState,
  step: number,
  { pausePoint, beginChanges }: StepPauses,
) {
  const { inputs, config, generator, rewardModels, sampling, lengths, chunk } = setup

  // 1. Sample a response to each prompt.
  const prompts = promptsOfStep(inputs.prompts, config, step)
  const options = { ...sampling, firstRow: step * config.rolloutBatchSize }
  const samples = await withPauses(sampleResponses(generator, prompts, options), pausePoint)

  // 2. Score: the policy's view (recorded above), the reference's and the value head's, and the reward model's.
  const passing = { padId: inputs.tokenizer.padId, lengths, chunk }
  const rollout = await withPauses(scorer.score(samples, passing), pausePoint)
  const judged = await withPauses(rewardModels.judge(samples, state.scales.memberScales), pausePoint)

  // 3. Rewards: the score at its place, minus the KL penalty at every token.
  const { batch } = rollout
  const kl = klPerToken(rollout.logprobs, rollout.refLogprobs, batch.responseMask)
  const scores = placeScores(setup, rollout, judged, state.scales)
  const rewards = withKlPenalty(scores, kl, state.klCoef)

  // 4. Advantages: each token's credit for the rewards that follow it.
  const credited = estimateCredit({ rewards, values: rollout.values, batch }, config)

  // 5. Update.
  // Adapters are small enough to be kept twice; of a whole model that would cost a third of its memory.
  const changing = inputs.policy.base ? beginChanges() : neverPauses
  const learningRate = learningRateAt(config, step, config.totalSteps)
  const updated = await withPauses(update.run(rollout, credited, { learningRate, step }), changing)
  const heldout = await heldoutMetrics(setup, scorer, step + 1, changing)
  const metrics: StepMetrics = { ...updated, 'optim/learning_rate': learningRate, ...heldout }
  return { rollout, kl, scores, rewards, credited, metrics }
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
    // Where it is not needed too: so there is one function to compile.
    measure: true,
  }
  const chunk = config.microBatchSize ?? config.rolloutBatchSize
  const rewardModels = new RewardModels(inputs, config, { chunk, lengths })
  return { inputs, config, generator: new Generator(policy), rewardModels, sampling, lengths, chunk }
}

/** Samples from the starting policy, which is the reference, to measure the scales of rewards. */
function* measureScales(setup: Setup): Parts<RewardScales> {
  const { inputs, config, generator, sampling } = setup
  const rows = config.rolloutBatchSize
  const samples: Sample[] = []
  for (let batch = 0; samples.length < config.normalizationSamples; batch++) {
    const chosen = promptsOfStep(inputs.prompts, { ...config, samplesPerPrompt: 1 }, batch)
    const options = { ...sampling, stream: 'scale', firstRow: batch * rows }
    samples.push(...(yield* sampleResponses(generator, chosen, options)))
  }
  return yield* setup.rewardModels.scalesOn(samples)
}

/** The reward models' part of the reward, at its place, minus the penalty for a missing EOS. (B, T) */
function placeScores(
  { inputs, config }: Setup,
  { batch, samples }: Rollout,
  { tokenRewards, sequenceScores }: Judgement,
  { scale, sequenceScale }: RewardScales,
): Float32Array {
  const judged: Judged = {
    batch,
    tokenRewards: joinRows(tokenRewards.map((row) => padTo(row, batch.responseLength))),
    tokenScale: scale,
    sequenceScores,
    sequenceScale: sequenceScale ?? scale,
    segmentEnd: config.sumRewardOver === 'segment' ? segmentEnds(batch.responseIds, inputs.tokenizer) : null,
  }
  const ended = samples.map((sample) => sample.ended)
  return penalizeMissingEos(placedScores(judged, config), ended, batch, config.missingEosPenalty)
}

/** 1 at tokens with a full stop, `!`, `?` or line end. */
function segmentEnds(ids: Int32Array, tokenizer: Tokenizer): Float32Array {
  return Float32Array.from(ids, (id) => (/[.!?\n]/.test(tokenizer.pieceOf(id)) ? 1 : 0))
}

/**
 * Win rate and KL on held-out prompts, at steps at which a judge is due. At the end KL is measured without a judge too,
 * on as many responses as set the scale of rewards.
 */
async function heldoutMetrics(
  { inputs, config, generator, sampling, lengths, chunk }: Setup,
  scorer: RolloutScorer,
  step: number,
  pausePoint: PausePoint,
): Promise<StepMetrics> {
  const { judge, heldoutPrompts, tokenizer } = inputs
  const isLast = step === config.totalSteps
  const isDue = judge !== null && config.judgeEvery > 0 && step % config.judgeEvery === 0
  const prompts = judge === null ? heldoutPrompts.slice(0, config.normalizationSamples) : heldoutPrompts
  if (!(isLast || isDue) || prompts.length === 0) return {}
  const options = { ...sampling, stream: 'judge' }
  const sampled = sampleInBatches(generator, prompts, config.rolloutBatchSize, options)
  const samples = await withPauses(sampled, pausePoint)
  const measured = scorer.meanKl(samples, { padId: tokenizer.padId, lengths, chunk })
  const kl = { 'objective/heldout_kl': await withPauses(measured, pausePoint) }
  const winRate = judge === null ? null : await judge.winRate(samples)
  return winRate === null ? kl : { ...kl, 'judge/win_rate': winRate }
}
