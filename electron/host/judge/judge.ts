/** Verbs that compare: judge (two models on held-out prompts) and winrate (a file of annotations). */
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import { type AnyJudgeSpec, judgeKindOf, textsComparedBy } from '../../contract/judge-kinds.ts'
import type { Item, JudgePair, Output } from '../../contract/records.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { withoutThinking } from '../../engine/tokenizer/thinking.ts'
import { winRateFromAnnotations } from '../../pipeline/judge/annotated-win-rate.ts'
import { readAnyAnnotations, readDifficulties } from '../../pipeline/judge/annotations.ts'
import { winRateFromArenaHard } from '../../pipeline/judge/arena-hard.ts'
import { subsetCaution } from '../../pipeline/judge/subsets.ts'
import type { Evaluation, Project } from '../../storage/index.ts'
import { readTask } from '../../world/worlds.ts'
import type { Lab } from '../context.ts'
import { itemsOf } from '../data/items.ts'
import { type BestOf, requireRewardModel } from '../models/best-of.ts'
import { type Generate, keptResponses } from '../models/kept-responses.ts'
import { findModel } from '../models/project-models.ts'
import { evaluate, nameOfSides, underWay } from './evaluate.ts'
import { configOf } from './evaluation-config.ts'
import { withModelPath } from './judge-model.ts'
import { makeJudge } from './judges.ts'
import { isOutputsFile, questionKey, readOutputs, respond } from './outputs.ts'
import { comparable, textsOf } from './reference-texts.ts'
import { subsetsOf } from './subsets.ts'
import { trainingWarnings } from './training-warnings.ts'
import {
  beginEvaluation,
  findEvaluation,
  removeUnjudged,
  requireResumable,
  settingsOf,
  unfinishedLike,
} from './unfinished.ts'

type JudgeInput = VerbInput<'judge'>

/** A comparison that was asked for, and what it works with. */
interface Asked {
  lab: Lab
  project: Project
  input: JudgeInput
  hooks: Hooks
}

/** Both sides answer the same held-out prompts with the same random numbers, and a judge compares the answers. */
export async function judge(lab: Lab, input: JudgeInput, hooks: Hooks): Promise<VerbResult<'judge'>> {
  const project = await lab.openProject(input.project)
  const begun = unfinishedLike(project.db, input)
  const evaluation = begun ?? beginEvaluation(project.db, input)
  try {
    return await compareSides({ lab, project, input, hooks }, evaluation)
  } catch (error) {
    const isMistake = error instanceof UserError && (error.code === 'bad_input' || error.code === 'not_found')
    if (begun === undefined && isMistake) removeUnjudged(project.db, evaluation.id)
    throw error
  }
}

/**
 * Finishes an evaluation that was interrupted: its pairs are judged as they are stored, or, if not all answers had been
 * sampled, those that are missing are.
 */
export async function resumeJudge(
  lab: Lab,
  { project: folder, evaluation: id, judgeServer }: VerbInput<'resume-judge'>,
  hooks: Hooks,
): Promise<VerbResult<'judge'>> {
  const project = await lab.openProject(folder)
  const evaluation = findEvaluation(project.db, id)
  const settings = requireResumable(evaluation)
  const asked = { lab, project, input: { ...settings, project: folder, judgeServer }, hooks }
  const { pairs } = configOf(evaluation)
  if (pairs.length === 0) return compareSides(asked, evaluation)
  const result = await finishPairs(asked, pairs, evaluation)
  keptResponses(lab, project, evaluation.id).forget()
  return result
}

/** @param begun the record of this evaluation, as far as an interrupted one had come */
async function compareSides(asked: Asked, begun: Evaluation): Promise<VerbResult<'judge'>> {
  const { lab, project, hooks } = asked
  const kept = keptResponses(lab, project, begun.id)
  underWay.add(begun.id)
  hooks.emit({ type: 'evaluating', evaluation: begun.id })
  try {
    const pairs = await pairsOf(asked, kept.generate)
    const isBegun = configOf(begun).pairs.length > 0
    const result = await finishPairs(asked, pairs, isBegun ? null : begun)
    kept.forget()
    return result
  } finally {
    underWay.delete(begun.id)
  }
}

/** The pairs to judge, with what the judge compares them with. */
async function pairsOf(asked: Asked, generate: Generate): Promise<JudgePair[]> {
  const { project, input } = asked
  const spec = withModelPath(project, input.judge)
  const candidates = heldoutItems(asked, judgeKindOf(spec).isWorldTruth ? asksAboutWorld : () => true)
  const { items, referencesOf } = withReferences(candidates, spec, asked)
  const answered = await answeredPairs(items, asked, generate)
  return answered.map((pair) => ({ ...pair, ...referencesOf(pair.item) }))
}

/** @param begun the record that gets these pairs; null if one that has them is looked for */
async function finishPairs(
  { lab, project, input, hooks }: Asked,
  pairs: readonly JudgePair[],
  begun: Evaluation | null,
): Promise<VerbResult<'judge'>> {
  const { reference, candidate, seed, maxQueryTokens, judgeServer } = input
  const spec = withModelPath(project, input.judge)
  const judge = makeJudge(lab, spec, { maxQueryTokens, server: judgeServer }, hooks)
  const settings = settingsOf(input)
  const warnings = trainingWarnings(project, spec, [reference, candidate])
  const comparison = { name: nameOfSides(input), settings, judge, pairs, seed, begun, warnings }
  const { evaluation, summary, judgements } = await evaluate(project.db, comparison, hooks)
  const subsets = subsetsOf(project.db, pairs, judgements, seed)
  if (subsets.length > 0) hooks.emit({ type: 'note', sentence: subsetCaution(subsets) })
  return { evaluation, judge: judge.name, reference, candidate, ...summary, subsets }
}

/** The items that this judge can judge, and what a pair of one keeps of its texts: nothing if the judge needs none. */
function withReferences(
  items: Item[],
  spec: AnyJudgeSpec,
  { project: { db }, input, hooks }: Asked,
): { items: Item[]; referencesOf: (item: string) => Pick<JudgePair, 'references'> } {
  const texts = textsComparedBy(spec)
  if (texts === null) return { items, referencesOf: () => ({}) }
  const all = textsOf(db, texts, input.datasets)
  const references = new Map(items.map((item) => [item.id, all(item)]))
  const { rows, note } = comparable(items, texts, ({ id }) => references.get(id)!.length > 0)
  if (note !== null) hooks.emit({ type: 'note', sentence: note })
  const shown = input.keepThinking ? (text: string) => text : withoutThinking
  return { items: rows, referencesOf: (item) => ({ references: references.get(item)!.map(shown) }) }
}

/**
 * A pair for each item that both sides have answered.
 * @throws UserError if files of outputs answer none of the items
 */
async function answeredPairs(items: readonly Item[], asked: Asked, generate: Generate): Promise<JudgePair[]> {
  const { reference, candidate } = asked.input
  const references = await outputsOf({ side: reference, bestOf: null }, items, asked, generate)
  const candidates = await outputsOf({ side: candidate, bestOf: bestOfInput(asked) }, items, asked, generate)
  const pairs = items.flatMap(({ id, prompt, context }, i): JudgePair[] => {
    const [outputA, outputB] = [references[i], candidates[i]]
    return outputA && outputB ? [{ id, item: id, seed: null, prompt, context, outputA, outputB }] : []
  })
  if (pairs.length === 0) {
    const message = `The files contain no output for any of the held-out prompts. "instruction" (and "input") must be the same as in the items.`
    throw new UserError('bad_input', message)
  }
  const missing = items.length - pairs.length
  if (missing > 0)
    asked.hooks.emit({
      type: 'note',
      sentence: `${missing} of ${items.length} held-out prompts have no output and are left out.`,
    })
  return pairs
}

/** Each prompt once, in the order of the data; without those that the judge knows nothing about, which a note counts. */
function heldoutItems({ project, input, hooks }: Asked, isKnown: (item: Item) => boolean): Item[] {
  const { datasets, heldout, prompts } = input
  const items = new Map<string, Item>()
  const unknown = new Set<string>()
  for (const item of itemsOf(project.db, { datasets, split: 'heldout', heldoutShare: heldout })) {
    const key = questionKey(item)
    if (!isKnown(item)) unknown.add(key)
    else if (!items.has(key)) items.set(key, item)
    if (items.size === prompts) break
  }
  if (items.size === 0) throw nothingToJudge(project.folder, unknown.size)
  if (unknown.size > 0)
    hooks.emit({
      type: 'note',
      sentence: `${unknown.size} held-out prompts are not about a sample world, so they are not judged.`,
    })
  return [...items.values()]
}

function nothingToJudge(folder: string, unknown: number): UserError {
  const message =
    unknown === 0
      ? `${folder} has no held-out prompts to judge on. Import more items, or hold out more (--heldout).`
      : `None of the ${unknown} held-out prompts is about a sample world, so its truth cannot judge them. Choose another judge or other datasets.`
  return new UserError('bad_input', message)
}

/** The truth of the sample worlds would call every pair of another prompt a tie. */
const asksAboutWorld = ({ prompt }: Item) => readTask(prompt) !== null

async function outputsOf(
  { side, bestOf }: { side: string; bestOf: BestOf | null },
  items: readonly Item[],
  { lab, project, input, hooks }: Asked,
  generate: Generate,
): Promise<(Output | null)[]> {
  const { path, record } = findModel(project, side)
  if (!record && isOutputsFile(path)) {
    if (bestOf === null) return readOutputs(path, items)
    throw new UserError('bad_input', `${side} is a file of outputs: --best-of needs a model to sample from.`)
  }
  const { maxNew, temperature, topK, topP, seed, maxQueryTokens, templateVariables, keepThinking } = input
  const chat = { templateVariables, keepThinking }
  const sampling = { temperature, topK, topP, seed, maxQueryTokens, maxNewTokens: maxNew, ...chat }
  const rows = await respond(lab, { model: path, items, bestOf, generate, ...sampling }, hooks)
  return rows.map(({ text, ended }) => ({ text, ended }))
}

/** How the candidate's responses are chosen; null if one is sampled for each prompt. */
function bestOfInput({ project, input: { bestOf, rewardModel, bestBy } }: Asked): BestOf | null {
  if (bestOf === 1) return null
  const { path } = findModel(project, requireRewardModel(rewardModel))
  return { samples: bestOf, rewardModel: path, by: bestBy }
}

export async function winrate(
  { file, difficulty }: VerbInput<'winrate'>,
  { emit }: Hooks,
): Promise<VerbResult<'winrate'>> {
  const annotations = await readAnyAnnotations(file)
  const difficulties = difficulty === null ? undefined : await readDifficulties(difficulty)
  const { notes, ...result } =
    annotations.kind === 'arena-hard'
      ? winRateFromArenaHard(annotations.rows)
      : winRateFromAnnotations(annotations.rows, difficulties)
  for (const sentence of notes) emit({ type: 'note', sentence })
  return result
}
