/** The experiment's steps with a trainer and a project: runs are recorded, judgements stored. */
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { JudgeServerOptions } from '../../contract/judge.ts'
import {
  type AnyJudgeSpec,
  canWatchTraining,
  judgeKindOf,
  textsComparedBy,
} from '../../contract/judge-kinds.ts'
import type { Item, JudgePair } from '../../contract/records.ts'
import type { RunKind } from '../../contract/run-kinds/index.ts'
import { withoutThinking } from '../../engine/tokenizer/thinking.ts'
import { type Db, type Project, readMetrics, splitOf, splitPoint } from '../../storage/index.ts'
import { flawsInWorlds } from '../../world/worlds.ts'
import type { Lab } from '../context.ts'
import { editedPairsOf, itemsOf, requireItem } from '../data/items.ts'
import { evaluate, nameOfSides } from '../judge/evaluate.ts'
import { makeJudge } from '../judge/judges.ts'
import { questionKey, respond } from '../judge/outputs.ts'
import { comparable, textsOf } from '../judge/reference-texts.ts'
import { LimitedTokenizer } from '../models/limited-tokenizer.ts'
import { type RunOutcome, startOrResume } from '../runs/run.ts'
import { type InputChoice, inputRows } from '../runs/run-input.ts'
import { seriesOf } from '../runs/series.ts'
import { type TrainInput, train } from '../train/train.ts'
import { keptAnswers } from './kept-answers.ts'
import type { ExperimentSteps, ScoredText } from './steps.ts'

export interface ExperimentSetting {
  /** Path of the policy that every arm starts from. */
  policy: string
  choice: InputChoice
  judge: AnyJudgeSpec
  judgeServer: JudgeServerOptions
  maxQueryTokens: number
  seed: number
}

export function labSteps(
  lab: Lab,
  project: Project,
  setting: ExperimentSetting,
  hooks: Hooks,
): ExperimentSteps {
  const { policy, choice } = setting
  const { db } = project
  const tokenizer = new LimitedTokenizer(policy)
  const isHeldout = (item: Item) => splitOf(splitPoint(item), choice.heldout) === 'heldout'
  return {
    heldoutItems: () =>
      judgeable(
        onePerPrompt(
          [...itemsOf(db, { datasets: choice.datasets })].filter(
            (item) => item.rejected !== null && isHeldout(item),
          ),
        ),
        { db, setting, hooks },
      ),
    trainingRows: (pairs) => inputRows(db, pairs, choice).filter(({ split }) => split === 'train').length,
    heldoutEdits: () =>
      [...editedPairsOf(db, { datasets: choice.datasets })].filter(({ item }) => isHeldout(item)),
    labelsOf: (pairs) => tokenizer.labelAll(pairs),
    flawsOf: judgeKindOf(setting.judge).isWorldTruth ? worldFlaws : null,
    ...trainingSteps(lab, project, setting, hooks),
    ...judgingSteps(lab, project, setting, hooks),
  }
}

/** The items that have a text for a judge that compares with one. @throws UserError if none has */
function judgeable(
  items: Item[],
  { db, setting: { judge, choice }, hooks }: { db: Db; setting: ExperimentSetting; hooks: Hooks },
): Item[] {
  const texts = textsComparedBy(judge)
  if (texts === null) return items
  const all = textsOf(db, texts, choice.datasets)
  const { rows, note } = comparable(items, texts, (item) => all(item).length > 0)
  if (note !== null) hooks.emit({ type: 'note', sentence: note })
  return rows
}

function trainingSteps(
  lab: Lab,
  project: Project,
  { policy, choice, judge }: ExperimentSetting,
  hooks: Hooks,
): Pick<ExperimentSteps, 'trainReward' | 'trainSft' | 'trainPpo' | 'trainDpo'> {
  // A language model would hold up training: it judges only the finished policies.
  const watchingJudge = canWatchTraining(judge) ? judge : null
  const shared = (name: string) => ({ project: project.folder, name, ...choice })
  const drawn = (rows: number | null, { seed }: { seed: number }) =>
    rows === null ? {} : { trainSample: { rows, seed } }
  const run = async <K extends 'sft' | 'reward' | 'ppo' | 'dpo'>(kind: K, input: TrainInput<K>) => {
    hooks.emit({ type: 'note', sentence: `Training ${input.name}.` })
    const outcome = await train(lab, { kind, input, start: startOrResume }, hooks)
    const series = seriesOf(readMetrics(project.db, outcome.run))
    return { ...outcome, model: finishedModel(outcome), metrics: new Map(Object.entries(series)) }
  }
  return {
    trainReward: (name, config, edits) =>
      run('reward', { ...shared(name), ...drawn(edits, config), model: policy, config }),
    trainSft: (name, config, edits) =>
      run('sft', { ...shared(name), ...drawn(edits, config), model: policy, config }),
    trainPpo: (name, models, config) => {
      const { rewardModel, sequenceModel } = models
      return run('ppo', {
        ...shared(name),
        policy: models.policy ?? policy,
        ...{ rewardModel, sequenceModel, ensemble: [], judge: watchingJudge, config },
      })
    },
    trainDpo: (name, start, config, edits) =>
      run('dpo', { ...shared(name), ...drawn(edits, config), policy: start ?? policy, config }),
  }
}

function judgingSteps(
  lab: Lab,
  project: Project,
  { policy, choice, judge: spec, judgeServer: server, maxQueryTokens, seed }: ExperimentSetting,
  hooks: Hooks,
): Pick<ExperimentSteps, 'respond' | 'divergence' | 'score' | 'judge'> {
  const { db } = project
  const texts = textsComparedBy(spec)
  const referencesOf = texts && textsOf(db, texts, choice.datasets)
  const withReferences = (pair: JudgePair) =>
    referencesOf === null
      ? pair
      : { ...pair, references: referencesOf(requireItem(db, pair.item)).map(withoutThinking) }
  return {
    respond(model, items, { bestOf, ...sampling }) {
      const chat = { templateVariables: null, keepThinking: false }
      const options = { ...sampling, topK: 0, topP: 1, maxQueryTokens, ...chat }
      const answering = model ?? policy
      const asked = items.map(({ prompt, context }) => ({ prompt, context }))
      return keptAnswers(
        project,
        { model: answering, request: { asked, options, ...(bestOf && { bestOf }) } },
        async () => {
          const rows = await respond(lab, { model: answering, items, ...options, bestOf }, hooks)
          return rows.map(({ text, ids, ended }) => ({ text, ids, ended }))
        },
      )
    },
    async divergence(model, references, { items, responses, temperature }) {
      const rows = items.map(({ prompt, context }, i) => ({ prompt, context, ids: responses[i]!.ids }))
      const job = {
        kind: 'divergence' as const,
        policy: model,
        references: references.map((reference) => reference ?? policy),
        ...{ rows, temperature, batchSize: 32, maxQueryTokens },
      }
      const { perResponse } = await lab.trainer.run<'divergence'>(job, hooks)
      return perResponse.map((nats) => nats.reduce((sum, x) => sum + x, 0) / nats.length)
    },
    score: (rewardModel, responses) => scoreResponses(lab, { rewardModel, responses, maxQueryTokens }, hooks),
    async judge(sides, pairs) {
      const judge = makeJudge(lab, spec, { maxQueryTokens, server }, hooks)
      const settings = { judge: spec, ...sides }
      const comparison = { name: nameOfSides(sides), settings, judge, pairs: pairs.map(withReferences), seed }
      return evaluate(project.db, comparison, hooks)
    },
  }
}

/** @throws UserError if a response and its prompt do not fit the reward model's context */
export async function scoreResponses(
  { trainer }: Lab,
  {
    rewardModel,
    responses,
    maxQueryTokens,
  }: {
    rewardModel: string
    responses: readonly { item: Item; response: string }[]
    maxQueryTokens: number
  },
  hooks: Hooks,
): Promise<ScoredText[]> {
  const rows = responses.map(({ item: { prompt, context }, response }) => ({ prompt, context, response }))
  const job = { kind: 'score' as const, rewardModel, rows, batchSize: 8, maxQueryTokens }
  const { rows: scored } = await trainer.run<'score'>(job, hooks)
  return scored.map((row, i) => row ?? refuseTooLong(responses[i]!.item))
}

function refuseTooLong({ id }: Item): never {
  throw new UserError(
    'bad_input',
    `A response to item ${id} and its prompt are longer than the reward model's context. Lower --max-query-tokens or the response length.`,
  )
}

/**
 * A finished run's model; finished runs are kept, and a paused one can be resumed.
 * @throws UserError `diverged` if a tripwire paused it, otherwise `unavailable`
 */
export function finishedModel({ model, name, step, reason, run }: RunOutcome<RunKind>): string {
  if (model !== null) return model
  const resume = `Resume it with: stet resume PROJECT ${run}`
  if (reason === null) throw new UserError('unavailable', `${name} paused at step ${step}. ${resume}`)
  throw new UserError('diverged', `${name} paused at step ${step}. ${reason} ${resume}`)
}

function onePerPrompt(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [questionKey(item), item])).values()]
}

const worldFlaws: ExperimentSteps['flawsOf'] = (item, response) => flawsInWorlds(item.prompt, response)
