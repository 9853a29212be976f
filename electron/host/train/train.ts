/** Verbs that train: what each asks for becomes a run. */
import type { Contract, InputOf, ResultOf } from '../../contract/index.ts'
import type { ModelRef, TrainingJob } from '../../contract/jobs.ts'
import type { AnyJudgeSpec } from '../../contract/judge-spec.ts'
import type { RunInputRow } from '../../contract/records.ts'
import type { Project } from '../../storage/index.ts'
import { splitPieces, worldWords } from '../../world/words.ts'
import { loadWorld } from '../../world/world.ts'
import type { Lab, WorkHooks } from '../context.ts'
import { findModel, type NamedModel } from '../models/project-models.ts'
import { branchRun } from '../runs/branch.ts'
import { findRun, type RunPlan, resumeRun, type StartRun, startRun } from '../runs/run.ts'
import { type InputChoice, inputRows, lessonOf, requireRows } from './run-input.ts'

type Train = Contract['train']

/** A training verb's input; a caller of the lab may take a part of the documents. */
type TrainInput<Verb extends keyof Train> = InputOf<Train[Verb]> & Pick<InputChoice, 'trainPart'>

export async function trainSft(
  lab: Lab,
  input: InputOf<Train['sft']>,
  hooks: WorkHooks,
): Promise<ResultOf<Train['sft']>> {
  const project = await lab.openProject(input.project)
  return startRun<'sft'>(lab, project, planners.sft(project, input), hooks)
}

export async function trainReward(
  lab: Lab,
  input: TrainInput<'reward'>,
  hooks: WorkHooks,
  start: StartRun = startRun,
): Promise<ResultOf<Train['reward']>> {
  const project = await lab.openProject(input.project)
  return start<'reward'>(lab, project, planners.reward(project, input), hooks)
}

export async function trainPpo(
  lab: Lab,
  input: TrainInput<'ppo'>,
  hooks: WorkHooks,
  start: StartRun = startRun,
): Promise<ResultOf<Train['ppo']>> {
  const project = await lab.openProject(input.project)
  return start<'ppo'>(lab, project, planners.ppo(project, input), hooks)
}

export async function trainDpo(
  lab: Lab,
  input: TrainInput<'dpo'>,
  hooks: WorkHooks,
  start: StartRun = startRun,
): Promise<ResultOf<Train['dpo']>> {
  const project = await lab.openProject(input.project)
  return start<'dpo'>(lab, project, planners.dpo(project, input), hooks)
}

/** The run that each verb's input asks for. @throws UserError where it names what isn't there */
export const planners: {
  [Verb in keyof Train]: (project: Project, input: TrainInput<Verb>) => RunPlan<Verb>
} = {
  sft(project, input) {
    const { config } = input
    const rows = rowsFor(project, { kind: 'sft', config }, input)
    const { model, made } = startingModel(project, input.model, rows, config.seed)
    return { job: { kind: 'sft', model, config }, rows, ...recordOf(input, made) }
  },
  reward(project, input) {
    const { path, made } = findModel(project, input.model)
    const job = { kind: 'reward' as const, model: { path }, config: input.config }
    return { job, rows: rowsFor(project, job, input), ...recordOf(input, made) }
  },
  ppo(project, input) {
    const { path: policy, made } = findModel(project, input.policy)
    const { path: rewardModel } = findModel(project, input.rewardModel)
    const judge = input.judge && withModelPath(project, input.judge)
    const job = { kind: 'ppo' as const, policy, rewardModel, judge, config: input.config }
    return { job, rows: rowsFor(project, job, input), ...recordOf(input, made) }
  },
  dpo(project, input) {
    const { path: policy, made } = findModel(project, input.policy)
    const job = { kind: 'dpo' as const, policy, config: input.config }
    return { job, rows: rowsFor(project, job, input), ...recordOf(input, made) }
  },
}

export async function resume(
  lab: Lab,
  { project: folder, run }: InputOf<Contract['resume']>,
  hooks: WorkHooks,
): Promise<ResultOf<Contract['resume']>> {
  const project = await lab.openProject(folder)
  return resumeRun(lab, project, findRun(project, run), hooks)
}

export async function branch(
  lab: Lab,
  { project: folder, run, step, name, config }: InputOf<Contract['branch']>,
  hooks: WorkHooks,
): Promise<ResultOf<Contract['branch']>> {
  const project = await lab.openProject(folder)
  return branchRun(lab, project, findRun(project, run), { step, name, changes: config }, hooks)
}

function rowsFor(
  project: Project,
  job: Pick<TrainingJob, 'kind' | 'config'>,
  choice: InputChoice,
): RunInputRow[] {
  const lesson = lessonOf(job)
  const rows = inputRows(project.db, lesson, choice)
  requireRows(rows, lesson, project.folder)
  return rows
}

function recordOf(
  { name, datasets, heldout, heldoutLimit, trainPart }: InputChoice & { name: string | null },
  made: NamedModel['made'],
) {
  const choice = { datasets, heldout, heldoutLimit, ...(trainPart && { trainPart }) }
  return { name, choice, parentId: made?.runId ?? null }
}

/** A judge that is a model of this machine may be named like any other model. */
export function withModelPath<Spec extends AnyJudgeSpec>(project: Project, spec: Spec): Spec {
  if (spec.kind !== 'reward' && spec.kind !== 'local') return spec
  return { ...spec, model: findModel(project, spec.model).path }
}

function startingModel(
  project: Project,
  name: string,
  rows: RunInputRow[],
  seed: number,
): { model: ModelRef; made: NamedModel['made'] } {
  if (name !== 'tiny' && name !== 'world') {
    const { path, made } = findModel(project, name)
    return { model: { path }, made }
  }
  const words = name === 'world' ? worldWords(loadWorld()) : commonPieces(rows)
  return { model: { preset: name, words, seed }, made: null }
}

/** A word that is a token of its own saves the several tokens of its letters, where it comes often enough. */
const leastUses = 4
const mostWords = 4000

function commonPieces(rows: RunInputRow[]): string[] {
  const uses = new Map<string, number>()
  for (const { item, split } of rows) {
    if (split !== 'train') continue
    const texts = [...item.prompt.map(({ content }) => content), item.context, item.chosen ?? '']
    for (const piece of texts.flatMap(splitPieces)) uses.set(piece, (uses.get(piece) ?? 0) + 1)
  }
  const common = [...uses]
    .filter(([, count]) => count >= leastUses)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return common.slice(0, mostWords).map(([piece]) => piece)
}
