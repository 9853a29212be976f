/** The verbs that train: the input of each becomes a run. */

import type { Hooks } from '../../contract/events.ts'
import { sameKindWarnings, tripwireWarnings } from '../../contract/evidence.ts'
import { modelPresets } from '../../contract/options.ts'
import type { RunInputRow } from '../../contract/records.ts'
import type { ModelRef, RunKindRow } from '../../contract/run-kinds/common.ts'
import {
  type trainVerbs as contractVerbs,
  forTrainVerbs,
  PlannedJob,
  type RunKind,
  runKinds,
} from '../../contract/run-kinds/index.ts'
import type { VerbInput } from '../../contract/verbs.ts'
import type { Project } from '../../storage/index.ts'
import { splitPieces } from '../../world/pieces.ts'
import { worldWords } from '../../world/worlds.ts'
import type { Lab } from '../context.ts'
import type { Implements } from '../implements.ts'
import { withModelPath } from '../judge/judge-model.ts'
import { findModel, hasModel, type NamedModel } from '../models/project-models.ts'
import { type RunOutcome, type RunPlan, type StartRun, startRun } from '../runs/run.ts'
import { type InputChoice, inputRows, inputRowsOf, requireRows } from '../runs/run-input.ts'
import { noteUnjudged, withJudgedTexts } from './judged-texts.ts'

/** A training verb's input; other parts of the host may restrict it to some of the documents or rows. */
export type TrainInput<K extends RunKind> = VerbInput<`train ${K}`> &
  Pick<InputChoice, 'trainPart' | 'trainSample' | 'splitByPrompt'>
type AnyTrainInput = TrainInput<RunKind>

/** Trains as the verb `train KIND` does; `start` may instead reuse or resume an equal run. */
export async function train<K extends RunKind>(
  lab: Lab,
  { kind, input, start = startRun }: { kind: K; input: TrainInput<K>; start?: StartRun },
  hooks: Hooks,
): Promise<RunOutcome<K>> {
  const project = await lab.openProject(input.project)
  noteHiddenPreset(project, kind, input, hooks)
  const plan = planRun(project, kind, input)
  if ('judge' in input) noteJudging(input, plan.rows, hooks)
  return start<K>(lab, project, plan, hooks)
}

/** Says what its judge and its tripwires cannot show. @throws UserError if the judge can judge nothing */
function noteJudging({ judge, config }: TrainInput<'ppo'>, rows: readonly RunInputRow[], hooks: Hooks): void {
  if (judge !== null) noteUnjudged(judge, rows, hooks)
  const sentences = [
    ...(judge === null ? [] : sameKindWarnings(judge, true)),
    ...tripwireWarnings(config.tripwires),
  ]
  for (const sentence of sentences) hooks.emit({ type: 'note', sentence })
}

/** A project made before presets' names were refused may have a model with the name of one. */
function noteHiddenPreset(project: Project, kind: RunKind, input: AnyTrainInput, { emit }: Hooks): void {
  for (const [field, form] of Object.entries(runKinds[kind].models)) {
    const name = String(Reflect.get(input, field))
    if (form !== 'start' || !isPreset(name) || !hasModel(project, name)) continue
    const sentence = `Starting from this project's model "${name}", not from the preset of that name.`
    emit({ type: 'note', sentence })
  }
}

function isPreset(name: string): name is (typeof modelPresets)[number] {
  return modelPresets.some((preset) => preset === name)
}

// Each verb trains its own kind, and so returns the result of that kind.
export const trainVerbs = forTrainVerbs(
  (kind) => (lab: Lab, input: AnyTrainInput, hooks: Hooks) => train(lab, { kind, input }, hooks),
) as Implements<typeof contractVerbs>

/** The run that the input of a verb describes. @throws UserError if it names what does not exist */
export function planRun<K extends RunKind>(project: Project, kind: K, input: TrainInput<K>): RunPlan<K>
export function planRun(project: Project, kind: RunKind, input: AnyTrainInput): RunPlan<RunKind> {
  const { config, name, datasets, heldout, heldoutLimit, trainPart, trainSample, splitByPrompt } = input
  const choice = {
    ...{ datasets, heldout, heldoutLimit },
    ...(trainPart && { trainPart }),
    ...(trainSample && { trainSample }),
    ...(splitByPrompt && { splitByPrompt }),
  }
  const rowKind = inputRowsOf(kind, config)
  const judge = 'judge' in input ? input.judge : null
  const rows = withJudgedTexts(project.db, judge, inputRows(project.db, rowKind, choice))
  requireRows(rows, rowKind, project.folder)
  const models = Object.entries(runKinds[kind].models).map(([field, form]) => ({
    field,
    ...resolved(
      project,
      { form, name: Reflect.get(input, field) as string | string[] | null },
      { rows, seed: config.seed },
    ),
  }))
  const job = PlannedJob.parse({
    kind,
    config,
    ...Object.fromEntries(models.map(({ field, ref }) => [field, ref])),
    ...('judge' in input && { judge: input.judge && withModelPath(project, input.judge) }),
  })
  return { job, name, rows, choice, parentId: models[0]?.record?.runId ?? null }
}

interface Resolved {
  /** As the job takes it. */
  ref: string | string[] | ModelRef | null
  /** The record of the model, if the project lists it. */
  record: NamedModel['record']
}

type Form = RunKindRow['models'][string]
/** What a model made from scratch depends on. */
type Scratch = { rows: RunInputRow[]; seed: number }

/** @param name null for an optional model that the input leaves out, and several for a list */
function resolved(
  project: Project,
  { form, name }: { form: Form; name: string | string[] | null },
  scratch: Scratch,
): Resolved {
  if (name === null) return { ref: null, record: null }
  if (typeof name === 'string') return resolve[form](project, name, scratch)
  return { ref: name.map((each) => findModel(project, each).path), record: null }
}

/** How a model named in the input becomes that of a job. */
const resolve: Record<Form, (project: Project, name: string, scratch: Scratch) => Resolved> = {
  path(project, name) {
    const { path, record } = findModel(project, name)
    return { ref: path, record }
  },
  optional: (project, name, scratch) => resolve.path(project, name, scratch),
  list: (project, name, scratch) => resolve.path(project, name, scratch),
  ref(project, name) {
    const { path, record } = findModel(project, name)
    return { ref: { path }, record }
  },
  start(project, name, { rows, seed }) {
    if (!isPreset(name) || hasModel(project, name)) return resolve.ref(project, name, { rows, seed })
    const words = name === 'world' ? worldWords() : commonPieces(rows)
    return { ref: { preset: name, words, seed }, record: null }
  },
}

/** A word that is a single token saves the tokens of its letters, if it is frequent enough. */
const minUses = 4
const maxWords = 4000

function commonPieces(rows: RunInputRow[]): string[] {
  const uses = new Map<string, number>()
  for (const { item, edited, split } of rows) {
    if (split !== 'train') continue
    const response = edited ?? item.chosen ?? ''
    const texts = [...item.prompt.map(({ content }) => content), item.context, response]
    for (const piece of texts.flatMap(splitPieces)) uses.set(piece, (uses.get(piece) ?? 0) + 1)
  }
  const common = [...uses]
    .filter(([, count]) => count >= minUses)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return common.slice(0, maxWords).map(([piece]) => piece)
}
