/** Verbs that train: what each asks for becomes a run. */
import type { ModelRef, TrainingJob } from '../../contract/jobs.ts'
import { type AnyJudgeSpec, mapJudgeModel } from '../../contract/judge-kinds.ts'
import type { RunInputRow } from '../../contract/records.ts'
import type { trainVerbs as contractVerbs } from '../../contract/train.ts'
import type { VerbInput } from '../../contract/verbs.ts'
import type { Project } from '../../storage/index.ts'
import { splitPieces, worldWords } from '../../world/words.ts'
import { loadWorld } from '../../world/world.ts'
import type { Lab, WorkHooks } from '../context.ts'
import type { Implements } from '../implements.ts'
import { findModel, type NamedModel } from '../models/project-models.ts'
import { type RunOutcome, type RunPlan, type StartRun, startRun } from '../runs/run.ts'
import { type InputChoice, inputRows, lessonOf, requireRows } from './run-input.ts'

type Kind = TrainingJob['kind']

/** A training verb's input; other parts of the host may restrict it to a part of the documents. */
export type TrainInput<K extends Kind> = VerbInput<`train ${K}`> & Pick<InputChoice, 'trainPart'>

/** Trains as the verb `train KIND` does; `start` may instead reuse or resume an equal run. */
export async function train<K extends Kind>(
  lab: Lab,
  { kind, input, start = startRun }: { kind: K; input: TrainInput<K>; start?: StartRun },
  hooks: WorkHooks,
): Promise<RunOutcome<K>> {
  const project = await lab.openProject(input.project)
  return start<K>(lab, project, planners[kind](project, input), hooks)
}

export const trainVerbs: Implements<typeof contractVerbs> = {
  'train sft': (lab, input, hooks) => train(lab, { kind: 'sft', input }, hooks),
  'train reward': (lab, input, hooks) => train(lab, { kind: 'reward', input }, hooks),
  'train ppo': (lab, input, hooks) => train(lab, { kind: 'ppo', input }, hooks),
  'train dpo': (lab, input, hooks) => train(lab, { kind: 'dpo', input }, hooks),
}

/** The run that each verb's input asks for. @throws UserError where it names what isn't there */
export const planners: {
  [K in Kind]: (project: Project, input: TrainInput<K>) => RunPlan<K>
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

/** A judge with a model on this machine may name it like any other model. */
export function withModelPath<Spec extends AnyJudgeSpec>(project: Project, spec: Spec): Spec {
  return mapJudgeModel(spec, (model) => findModel(project, model).path)
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
