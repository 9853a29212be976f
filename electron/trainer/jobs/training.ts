/** The training jobs: each turns input rows into examples, runs its stage, and leaves a model folder. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { DpoConfig, PpoConfig, RewardConfig, SftConfig } from '../../contract/configs.ts'
import { UserError } from '../../contract/errors.ts'
import type { JobResults, ModelRef, TrainingJob, TrainingResult } from '../../contract/jobs.ts'
import type { RunInputRow } from '../../contract/records.ts'
import { writeFolderAtomic } from '../../engine/formats/atomic.ts'
import { scoreHead } from '../../engine/model/config.ts'
import {
  adaptModel,
  addScoreHead,
  disposeModel,
  type Model,
  policyParameters,
} from '../../engine/model/model.ts'
import { saveAdapters } from '../../engine/model/sources/adapter-files.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { commonLengths, type QueryResponse } from '../../engine/training/batch.ts'
import type { Fit, SplitRows } from '../../engine/training/examples.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { dpoPairs } from '../../pipeline/dpo/examples.ts'
import { trainDpo } from '../../pipeline/dpo/train.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { countSpanWords, spanAgreement } from '../../pipeline/label/span-agreement.ts'
import { longestQuery, promptsOf, type SplitPrompts } from '../../pipeline/ppo/examples.ts'
import { trainPpo } from '../../pipeline/ppo/train.ts'
import { rewardPairs } from '../../pipeline/reward/examples.ts'
import { RewardScorer, sequenceScore } from '../../pipeline/reward/model.ts'
import { type HeldoutRewards, trainReward } from '../../pipeline/reward/train.ts'
import { demonstrations } from '../../pipeline/sft/examples.ts'
import { trainSft } from '../../pipeline/sft/train.ts'
import type { SizedModel } from '../../sizing/counts.ts'
import { type RunSize, runScale, runShape } from '../../sizing/run-size.ts'
import type { JobContext } from './context.ts'
import { readInputRows } from './input.ts'
import { type PolicyJudge, policyJudge } from './judges.ts'
import { checkMemory } from './memory.ts'
import { ppoModels } from './ppo-models.ts'
import { type ModelWithTokenizer, openModel, saveModelFolder } from './presets.ts'
import { openRewardModel, type RewardCard, writeRewardCard } from './reward-card.ts'

type JobOf<Kind extends TrainingJob['kind']> = Extract<TrainingJob, { kind: Kind }>

function hooksOf(job: TrainingJob, { emit, signal }: JobContext): RunHooks {
  return {
    onStep: (step, totalSteps, metrics) => emit({ type: 'step', step, totalSteps, metrics }),
    onNote: (sentence) => emit({ type: 'note', sentence }),
    onSamples: (step, samples) => emit({ type: 'samples', step, samples }),
    checkpointFolder: job.folder,
    signal,
  }
}

/** Opens what a run trains: the whole model, or adapters on it. `dispose` covers both. */
function openTrained(
  ref: ModelRef,
  { loraRank, seed }: Pick<SftConfig, 'loraRank' | 'seed'>,
): ModelWithTokenizer & { dispose(): void } {
  const { model: start, tokenizer } = openModel(ref)
  const model = loraRank === null ? start : adaptModel(start, loraRank, seed)
  const dispose = () => {
    for (const owner of new Set([model, start])) disposeModel(owner)
  }
  return { model, tokenizer, dispose }
}

/**
 * Saves the model of a finished run, with its adapters beside it; a paused one goes on from its checkpoint.
 * @param card what a reward model's folder has beside its weights
 */
async function finish(
  trained: ModelWithTokenizer,
  job: TrainingJob,
  end: RunEnd,
  { dropped, cut }: Fit,
  size: RunSize,
  card?: RewardCard,
): Promise<TrainingResult> {
  const scale = runScale(size)
  if (end.state === 'paused') return { ...end, model: null, dropped, cut, scale }
  if (trained.model.base)
    await writeFolderAtomic(path.join(job.folder, 'adapter'), (beside) => saveAdapters(trained.model, beside))
  const folder = path.join(job.folder, 'model')
  await writeFolderAtomic(folder, async (beside) => {
    await saveModelFolder(trained, beside)
    if (card) await writeRewardCard(beside, card)
  })
  return { ...end, model: folder, dropped, cut, scale }
}

export async function runSft(job: JobOf<'sft'>, context: JobContext): Promise<JobResults['sft']> {
  const trained = openTrained(job.model, job.config)
  const { model, tokenizer } = trained
  try {
    const data = demonstrations(await readInputRows(job.input), tokenizer, limitsOf(job, model))
    requireExamples(data, 'no demonstration (an item with a chosen response)', job.config)
    const size: RunSize = {
      kind: 'sft',
      config: job.config,
      ...sizeOf(trained, data, [...data.train, ...data.heldout]),
    }
    checkMemory(runShape(size), size.config, context)
    const hooks = hooksOf(job, context)
    const { heldoutLoss, ...end } = await trainSft(model, data, tokenizer.padId, job.config, hooks)
    return { ...(await finish(trained, job, end, data, size)), heldoutLoss }
  } finally {
    trained.dispose()
  }
}

function sizedModel({ config, parameters, base }: Model): SizedModel {
  return { config, hasHead: (base?.parameters ?? parameters).has(scoreHead) }
}

/** @param responses all that share the run's common lengths */
function sizeOf(
  { model }: ModelWithTokenizer,
  { train, heldout }: SplitRows<unknown>,
  responses: readonly QueryResponse[],
) {
  return {
    model: sizedModel(model),
    train: train.length,
    heldout: heldout.length,
    ...commonLengths(responses),
  }
}

function limitsOf<Config extends object>({ config }: { config: Config }, model: Model) {
  return { ...config, maxPositions: model.config.maxPositions }
}

function requireExamples(
  { train, dropped, identical }: SplitRows<unknown>,
  missing: string,
  config: SftConfig | RewardConfig | DpoConfig,
): void {
  if (train.length > 0) return
  const why = [
    `There is ${missing} in the training split.`,
    ...(dropped > 0
      ? [
          `${dropped} were left out because a response is longer than maxResponseTokens = ${config.maxResponseTokens}: raise it.`,
        ]
      : []),
    ...(identical > 0
      ? [`${identical} were left out because their two responses are identical: edit the rejected ones.`]
      : []),
  ]
  throw new UserError('bad_input', why.join(' '))
}

/** Pairs are left out without a word only where the run's result says so. */
function noteIdentical({ identical }: SplitRows<unknown>, { emit }: JobContext): void {
  if (identical === 0) return
  const sentence = `Pairs left out because their two responses are identical: ${identical}.`
  emit({ type: 'note', sentence })
}

export async function runReward(job: JobOf<'reward'>, context: JobContext): Promise<JobResults['reward']> {
  const trained = openTrained(job.model, job.config)
  const { model, tokenizer } = trained
  try {
    addScoreHead(model, job.config.seed)
    const rows = await readInputRows(job.input)
    const data = rewardPairs(rows, tokenizer, limitsOf(job, model), labelPair)
    requireExamples(data, `no pair of the kind "${job.config.pairs}"`, job.config)
    noteIdentical(data, context)
    const responses = [...data.train, ...data.heldout].flatMap((pair) => [pair.worse, pair.better])
    const size: RunSize = { kind: 'reward', config: job.config, ...sizeOf(trained, data, responses) }
    checkMemory(runShape(size), size.config, context)
    const hooks = hooksOf(job, context)
    const { heldout, ...end } = await trainReward(model, data, tokenizer.padId, job.config, hooks)
    const result = await finish(trained, job, end, data, size, {
      scheme: job.config.scheme,
      keptMean: heldout?.quality.tokens?.keptMean ?? 0,
      tokenizerHash: tokenizer.hash,
    })
    return {
      ...result,
      heldout: heldout?.quality ?? null,
      heldoutF1: heldout?.tokens?.f1 ?? null,
      spanAgreement: heldout?.tokens ? rewardSpanAgreement(rows, heldout, tokenizer) : null,
    }
  } finally {
    trained.dispose()
  }
}

/** Words of rejected responses that the model calls bad, against the spans that people marked. */
function rewardSpanAgreement(
  rows: readonly RunInputRow[],
  { scored, tokens }: HeldoutRewards,
  tokenizer: Tokenizer,
): JobResults['reward']['spanAgreement'] {
  const items = new Map(rows.map(({ item }) => [item.id, item]))
  const counts = scored.flatMap(({ pair, worse }) => {
    const { rejected, errorSpans } = items.get(pair.itemId)!
    if (rejected === null || errorSpans === null) return []
    const { offsets } = tokenizer.encodeWithOffsets(rejected)
    const labels = offsets.map((_, t) => (worse[t]! < tokens!.threshold ? -1 : 0))
    return [countSpanWords(rejected, { labels, offsets }, errorSpans)]
  })
  return counts.length > 0 ? { ...spanAgreement(counts), items: counts.length } : null
}

export async function runDpo(job: JobOf<'dpo'>, context: JobContext): Promise<JobResults['dpo']> {
  const trained = openTrained({ path: job.policy }, job.config)
  const { model, tokenizer } = trained
  try {
    const rows = await readInputRows(job.input)
    const data = dpoPairs(rows, tokenizer, limitsOf(job, model))
    requireExamples(data, `no pair of the kind "${job.config.pairs}"`, job.config)
    noteIdentical(data, context)
    const responses = data.train.flatMap(({ worse, better }) => [worse, better])
    const size: RunSize = { kind: 'dpo', config: job.config, ...sizeOf(trained, data, responses) }
    checkMemory(runShape(size), size.config, context)
    const end = await trainDpo(model, data.train, tokenizer.padId, job.config, hooksOf(job, context))
    return await finish(trained, job, end, data, size)
  } finally {
    trained.dispose()
  }
}

export async function runPpo(job: JobOf<'ppo'>, context: JobContext): Promise<JobResults['ppo']> {
  const models = new Set<Model>()
  try {
    return await ppoWith(models, job, context)
  } finally {
    for (const model of models) disposeModel(model)
  }
}

/** @param models gets every model that is opened */
async function ppoWith(
  models: Set<Model>,
  job: JobOf<'ppo'>,
  context: JobContext,
): Promise<JobResults['ppo']> {
  const { config } = job
  const { model: rewardModel, card } = openRewardModel(job.rewardModel)
  models.add(rewardModel)
  const { model: start, tokenizer } = openModel({ path: job.policy })
  models.add(start)
  checkPlacement(job, card, tokenizer)
  const prompts = promptsOf(await readInputRows(job.input), tokenizer, config.maxQueryTokens)
  checkPrompts(prompts, config, { policy: start, rewardModel })
  const size: RunSize = {
    ...{ kind: 'ppo', config, policy: sizedModel(start), rewardModel: sizedModel(rewardModel) },
    longestQuery: longestQuery([...prompts.train, ...prompts.heldout]),
    judged: job.judge === null ? 0 : prompts.heldout.length,
  }
  const { policy, refPolicy, value } = ppoModels(start, rewardModel, config)
  for (const model of [policy, refPolicy, value]) models.add(model)
  checkMemory(runShape(size), size.config, context)

  const scorer = new RewardScorer(rewardModel, card.scheme, tokenizer.padId)
  const judge = await openJudge(job, { refPolicy, tokenizer, config, prompts: prompts.heldout }, context)
  const bestFolder = path.join(job.folder, 'best')
  // A value head on the policy's trunk is the run's own business; what comes out is a language model.
  const exported = { model: { ...policy, parameters: policyParameters(policy) }, tokenizer }
  try {
    const end = await trainPpo(
      {
        policy,
        refPolicy,
        value,
        tokenizer,
        prompts: prompts.train,
        heldoutPrompts: prompts.heldout,
        keptMean: card.keptMean,
        judge: judge && {
          winRate: judge.winRate,
          keepBest: () => writeFolderAtomic(bestFolder, (beside) => saveModelFolder(exported, beside)),
        },
        scorer: {
          scheme: card.scheme,
          tokenRewards: (samples, batchSize, lengths) => scorer.tokenRewards(samples, batchSize, lengths),
          sequenceScore: (rewards) => sequenceScore(card.scheme, rewards),
        },
      },
      config,
      hooksOf(job, context),
    )
    const result = await finish(exported, job, end, { dropped: 0, cut: prompts.cut }, size)
    return { ...result, bestFolder: existsSync(bestFolder) ? bestFolder : null }
  } finally {
    judge?.dispose()
    scorer.dispose()
  }
}

/** The judge that the job names, unless there is nothing to judge on. */
async function openJudge(
  job: JobOf<'ppo'>,
  setting: Parameters<typeof policyJudge>[1],
  { emit }: JobContext,
): Promise<PolicyJudge | null> {
  if (job.judge === null) return null
  if (setting.prompts.length > 0) return policyJudge(job.judge, setting)
  emit({ type: 'note', sentence: 'No prompt is held out, so the judge has nothing to judge.' })
  return null
}

/** Every prompt with a response of full length must fit the models that read them. */
function checkPrompts(
  { train, heldout }: SplitPrompts,
  { maxNewTokens }: PpoConfig,
  models: { policy: Model; rewardModel: Model },
): void {
  if (train.length === 0) throw new UserError('bad_input', 'There is no prompt in the training split.')
  const longest = longestQuery([...train, ...heldout])
  for (const [name, { config }] of Object.entries(models)) {
    if (longest + maxNewTokens <= config.maxPositions) continue
    throw new UserError(
      'bad_input',
      `A prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit the context of the ${name === 'policy' ? 'policy' : 'reward model'}, ${config.maxPositions}. Lower maxQueryTokens or maxNewTokens.`,
    )
  }
}

/** A reward model that can't serve this placement, or speaks another tokenizer's ids, is refused. */
function checkPlacement(
  { config, rewardModel }: JobOf<'ppo'>,
  card: { scheme: string; tokenizerHash: string },
  tokenizer: Tokenizer,
): void {
  if (card.tokenizerHash !== tokenizer.hash)
    throw new UserError(
      'bad_input',
      `The reward model ${rewardModel} was trained with another tokenizer than the policy's. Train one from the same base model.`,
    )
  if (config.placement === 'token' && card.scheme === 'sequence')
    throw new UserError(
      'bad_input',
      `The reward model ${rewardModel} was trained with scheme "sequence", which rewards no single token. Use placement "sequence", or train it with another scheme.`,
    )
}
