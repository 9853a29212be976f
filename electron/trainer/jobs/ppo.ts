/** Optimises a policy on a reward model's rewards. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { JobOf, JobResults } from '../../contract/jobs.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { contradictionOf } from '../../contract/run-kinds/ppo-choices.ts'
import { writeFolderAtomic } from '../../engine/formats/atomic.ts'
import { checkRotarySwitch } from '../../engine/generation/generate.ts'
import { type Model, policyParameters } from '../../engine/model/model.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { compareIds } from '../../engine/tokenizer/same-ids.ts'
import { Interrupted, pausePointOf } from '../../engine/training/pauses.ts'
import type { RunEnd, RunHooks } from '../../engine/training/run.ts'
import { longestQuery, promptsOf, type SplitPrompts } from '../../pipeline/ppo/examples.ts'
import { trainPpo } from '../../pipeline/ppo/train.ts'
import { ppoPrograms } from './first-programs.ts'
import { type PolicyJudge, policyJudge } from './judges.ts'
import { emitNotes, type ModelWithTokenizer, openModel, saveModelFolder } from './open-model.ts'
import { ppoModels } from './ppo-models.ts'
import type { Resources } from './resources.ts'
import { openRewardModel, type RewardModel, scorerOf } from './reward-card.ts'
import { checkPlacement, openRewarding, type RewardingModel, sourceOf } from './rewarding-model.ts'
import { pausedBefore, runTraining, sizedModel, type Trained } from './run-training.ts'

type PpoJob = JobOf<'ppo'>

/** What a run starts from. */
interface Start {
  policy: Model
  reward: RewardingModel
  /** The second reward model, of whole responses; null if the placement needs none. */
  sequence: RewardModel | null
  /** Further reward models, which reward together with the first. */
  others: RewardingModel[]
  tokenizer: Tokenizer
  prompts: SplitPrompts
}

export function runPpo(job: PpoJob, jobHooks: Hooks): Promise<JobResults['ppo']> {
  const { config } = job
  return runTraining(job, jobHooks, (rows, resources) => {
    const reward = openRewarding(job.rewardModel, config)
    resources.keepModel(reward.model)
    const others = job.ensemble.map((folder) => openRewarding(folder, config))
    for (const { model } of others) resources.keepModel(model)
    const sequence = job.sequenceModel === null ? null : openRewardModel(job.sequenceModel)
    if (sequence) resources.keepModel(sequence.model)
    const opened = openModel({ path: job.policy }, 'language', { variables: config.templateVariables })
    const { model: policy, tokenizer } = opened
    emitNotes(opened, jobHooks)
    resources.keepModel(policy)
    checkChoices(job)
    checkTokenizer(job.rewardModel, reward, opened, jobHooks)
    checkPlacement(config, job.rewardModel, reward.card.scheme)
    for (const [i, other] of others.entries()) checkMember(job, job.ensemble[i]!, { reward, other })
    for (const [i, other] of others.entries()) checkTokenizer(job.ensemble[i]!, other, opened, jobHooks)
    if (job.sequenceModel !== null && sequence) checkTokenizer(job.sequenceModel, sequence, opened, jobHooks)
    const prompts = promptsOf(rows, tokenizer, config.maxQueryTokens)
    return {
      examples: prompts,
      missing: 'no prompt',
      size() {
        checkContexts(prompts, config, {
          policy,
          'reward model': reward.model,
          ...(sequence && { 'sequence reward model': sequence.model }),
          ...Object.fromEntries(others.map(({ model }, i) => [`reward model ${job.ensemble[i]}`, model])),
        })
        return {
          kind: 'ppo',
          config,
          policy: sizedModel(policy),
          rewardModel: sizedModel(reward.model),
          sequenceModel: sequence && sizedModel(sequence.model),
          ensemble: others.map(({ model }) => sizedModel(model)),
          longestQuery: longestQuery([...prompts.train, ...prompts.heldout]),
          judged: job.judge === null ? 0 : prompts.heldout.length,
        }
      },
      programs: () => ppoPrograms(job, job.judge !== null && prompts.heldout.length > 0),
      train: async (hooks) =>
        train(job, { policy, reward, sequence, others, tokenizer, prompts }, { hooks, resources, jobHooks }),
    }
  })
}

interface Surroundings {
  hooks: RunHooks
  resources: Resources
  jobHooks: Hooks
}

async function train(
  job: PpoJob,
  start: Start,
  surroundings: Surroundings,
): Promise<Trained<{ bestFolder: string | null }>> {
  const models = ppoModels(start.policy, start.reward.model, job.config)
  // A value head on the policy's trunk belongs to the run; what is saved is a language model.
  const policy = { ...models.policy, parameters: policyParameters(models.policy) }
  const exported = { model: policy, tokenizer: start.tokenizer }
  const bestFolder = path.join(job.folder, 'best')
  const saveBest = () => writeFolderAtomic(bestFolder, (beside) => saveModelFolder(exported, beside))
  const end = await trainModels(job, { ...start, models, saveBest }, surroundings).catch((error: unknown) => {
    if (error instanceof Interrupted) return pausedBefore(job)
    throw error
  })
  return { end, model: exported, extra: { bestFolder: existsSync(bestFolder) ? bestFolder : null } }
}

/** @throws Interrupted if it is to pause before the first step */
async function trainModels(
  job: PpoJob,
  start: Start & { models: ReturnType<typeof ppoModels>; saveBest(): Promise<void> },
  { hooks, resources, jobHooks }: Surroundings,
): Promise<RunEnd> {
  const { config } = job
  const { reward, sequence, others, tokenizer, prompts, models, saveBest } = start
  for (const model of [models.policy, models.refPolicy, models.value]) if (model) resources.keepModel(model)
  const rewarding = { start: models.refPolicy, config, resources }
  const sequenceScorer = sequence && resources.keep(scorerOf(sequence))
  const judge = await openJudge(
    job,
    { refPolicy: models.refPolicy, tokenizer, config, prompts: prompts.heldout },
    jobHooks,
  )
  if (judge) resources.keep(judge)
  return trainPpo(
    {
      ...models,
      tokenizer,
      prompts: prompts.train,
      heldoutPrompts: prompts.heldout,
      ...sourceOf(reward, rewarding),
      ensemble: others.map((other) => sourceOf(other, rewarding)),
      judge: judge && { winRate: judge.winRate, keepBest: saveBest },
      sequenceScorer,
    },
    config,
    hooks,
  )
}

/** The judge that the job names, unless there is nothing to judge. */
async function openJudge(
  job: PpoJob,
  setting: Parameters<typeof policyJudge>[1],
  { emit, signal }: Hooks,
): Promise<PolicyJudge | null> {
  if (job.judge === null) return null
  if (setting.prompts.length > 0) return policyJudge(job.judge, setting, pausePointOf(signal))
  emit({ type: 'note', sentence: 'No prompt is held out, so the judge has nothing to judge.' })
  return null
}

/** Every prompt with a response of full length must fit the models that read them. */
function checkContexts(
  { train, heldout }: SplitPrompts,
  { maxNewTokens }: PpoConfig,
  models: { policy: Model } & Record<string, Model>,
): void {
  const prompts = [...train, ...heldout]
  const longest = longestQuery(prompts)
  checkRotarySwitch(
    prompts.map(({ query }) => query),
    maxNewTokens,
    models.policy.config,
  )
  for (const [name, { config }] of Object.entries(models)) {
    if (longest + maxNewTokens <= config.maxPositions) continue
    throw new UserError(
      'bad_input',
      `A prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit the context of the ${name}, ${config.maxPositions}. Lower maxQueryTokens or maxNewTokens.`,
    )
  }
}

/** The verb refuses the same before a run is recorded; the experiment starts runs without the verb. */
function checkChoices(job: PpoJob): void {
  const contradiction = contradictionOf(job)
  if (contradiction) throw new UserError('bad_input', `${contradiction.message}.`)
}

/** A reward model that reads the policy's ids as other text is refused; control tokens that are not written may differ. */
function checkTokenizer(
  rewardModel: string,
  { card, tokenizer: rewardTokenizer, model: { config } }: RewardingModel,
  policy: ModelWithTokenizer,
  { emit }: Hooks,
): void {
  if (card.tokenizerHash === policy.tokenizer.hash) return
  const { difference, others } = compareIds(policy.tokenizer, rewardTokenizer)
  const refuse = (why: string) =>
    new UserError(
      'bad_input',
      `The reward model ${rewardModel} was trained with another tokenizer than the policy's: ${why}. Train one from the same base model.`,
    )
  if (card.tokenizerHash !== rewardTokenizer.hash) throw refuse('its folder holds a third one')
  if (difference !== null) throw refuse(difference)
  const { vocabSize } = policy.model.config
  if (vocabSize > config.vocabSize)
    throw refuse(`the policy can write ${vocabSize} tokens, the reward model reads ${config.vocabSize}`)
  const sentence = `The tokenizers of the policy and of ${rewardModel} differ in control tokens that no text is made of (${others.join(', ')}); the ids of every text are the same.`
  emit({ type: 'note', sentence })
}

/** Members of an ensemble are averaged, so they must say the same kind of thing. */
function checkMember(
  { rewardModel }: PpoJob,
  path: string,
  { reward, other }: { reward: RewardingModel; other: RewardingModel },
): void {
  if (other.card.scheme === reward.card.scheme) return
  throw new UserError(
    'bad_input',
    `The reward model ${path} was trained with scheme "${other.card.scheme}", and ${rewardModel} with "${reward.card.scheme}": models of one ensemble need the same scheme. Leave it out of --ensemble, or train it with the other's scheme.`,
  )
}
