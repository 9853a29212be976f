/** Verbs that compare: judge (two models on held-out prompts) and winrate (a file of annotations). */
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import { canonicalJson } from '../../contract/json.ts'
import { judgeKindOf } from '../../contract/judge-kinds.ts'
import type { Item, Judgement, JudgePair } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import type { VerbInput, VerbResult } from '../../contract/verbs.ts'
import { readAnnotations, readDifficulties } from '../../pipeline/judge/annotations.ts'
import type { SeedOf } from '../../pipeline/judge/by-prompt.ts'
import { type Judge, judgePairs, presentations, remaining, toQuestion } from '../../pipeline/judge/judge.ts'
import { subsetCaution } from '../../pipeline/judge/subsets.ts'
import { summarise } from '../../pipeline/judge/summarise.ts'
import { winRateFromAnnotations } from '../../pipeline/judge/win-rate.ts'
import {
  addJudgements,
  addUnreadReplies,
  createEvaluation,
  type Db,
  type Evaluation,
  finishEvaluation,
  listEvaluations,
  listJudgements,
  listUnreadReplies,
  type NewEvaluation,
  type Project,
} from '../../storage/index.ts'
import { readPrompt } from '../../world/prompts.ts'
import { loadWorld } from '../../world/world.ts'
import type { Lab } from '../context.ts'
import { itemsOf } from '../data/datasets.ts'
import { findModel } from '../models/project-models.ts'
import { withModelPath } from './judge-model.ts'
import { makeJudge } from './judges.ts'
import { isOutputsFile, type Output, questionKey, readOutputs, respond } from './outputs.ts'
import { subsetsOf } from './subsets.ts'

type JudgeInput = VerbInput<'judge'>

/** A held-out item and what both sides answered. */
interface Answered {
  item: Item
  reference: Output
  candidate: Output
}

/** Both sides answer the same held-out prompts with the same random numbers; every verdict is stored as it comes. */
export async function judge(lab: Lab, input: JudgeInput, hooks: Hooks): Promise<VerbResult<'judge'>> {
  const project = await lab.openProject(input.project)
  const { reference, candidate, seed, maxQueryTokens, judgeServer } = input
  const spec = withModelPath(project, input.judge)
  const items = heldoutItems(project, input)
  if (judgeKindOf(spec).isWorldTruth) refuseOtherWorlds(items)
  const answered = await answerBoth(lab, project, items, input, hooks)
  const setting = { ended: endingsOf(answered), maxQueryTokens, server: judgeServer }
  const judge = makeJudge(lab, spec, setting, hooks)
  const pairs = answered.map(pairOf)
  const { project: _project, judgeServer: _server, ...asked } = input
  const config = { ...asked, pairs: pairs.map((pair) => ({ ...pair })) }
  const name = `${candidate} against ${reference}`
  const comparison = { name, config, judge, pairs, seed }
  const { evaluation, summary, judgements } = await storeVerdicts(project.db, comparison, hooks)
  const subsets = subsetsOf(project.db, pairs, judgements, seed)
  if (subsets.length > 0) hooks.emit({ type: 'note', sentence: subsetCaution(subsets) })
  return { evaluation, judge: judge.name, reference, candidate, ...summary, subsets }
}

export interface Comparison {
  /** Of the evaluation. */
  kind?: 'win-rate' | 'judge-check'
  name: string
  /** What reproduces it. */
  config: NewEvaluation['config']
  judge: Judge
  pairs: readonly JudgePair[]
  seed: number
  /** Which training seed and prompt a pair is of, where there are several seeds. */
  seedOf?: SeedOf
}

/**
 * Has every pair judged in both orders, stores each verdict as it comes, and the summary at the end. Where the same
 * comparison was interrupted it goes on: no verdict is asked for twice.
 */
export async function storeVerdicts(
  db: Db,
  { kind = 'win-rate', name, config, judge, pairs, seed, seedOf }: Comparison,
  { emit, signal }: Hooks,
): Promise<{ evaluation: string; summary: WinRateSummary; judgements: Judgement[] }> {
  const evaluation =
    interrupted(db, name, config) ?? createEvaluation(db, { kind, name, runId: null, config })
  const judgements = listJudgements(db, evaluation.id)
  const unread = listUnreadReplies(db, evaluation.id)
  const already = [...judgements, ...unread]
  const missing = remaining(presentations(pairs, seed, 2), judge.name, already)
  const note = (sentence: string | undefined) => sentence !== undefined && emit({ type: 'note', sentence })
  if (missing.length > 0) note(judge.outlook?.(missing.map(toQuestion)))
  for await (const come of judgePairs(judge, pairs, { seed, already, signal })) {
    if (come.judgements.length > 0) addJudgements(db, evaluation.id, come.judgements)
    if (come.unread.length > 0) addUnreadReplies(db, evaluation.id, come.unread)
    judgements.push(...come.judgements)
    unread.push(...come.unread)
    const done = judgements.length + unread.length
    emit({ type: 'progress', phase: 'judge', done, total: 2 * pairs.length })
  }
  note(judge.account?.())
  const summary = summarise(judgements, { seed, pairs, unread: unread.length, ...(seedOf && { seedOf }) })
  finishEvaluation(db, evaluation.id, summary)
  return { evaluation: evaluation.id, summary, judgements }
}

function interrupted(db: Db, name: string, config: Comparison['config']): Evaluation | undefined {
  const asked = canonicalJson(config)
  return listEvaluations(db).findLast(
    (known) => known.result === null && known.name === name && canonicalJson(known.config) === asked,
  )
}

function pairOf({ item: { id, prompt, context }, reference, candidate }: Answered): JudgePair {
  return { id, prompt, context, outputA: reference.text, outputB: candidate.text }
}

/** Whether an item's output ended by itself rather than being cut off. */
function endingsOf(answered: readonly Answered[]): (pairId: string, text: string) => boolean {
  const key = (pairId: string, text: string) => `${pairId} ${text}`
  const cutOff = new Set<string>()
  for (const { item, reference, candidate } of answered) {
    for (const { text, ended } of [reference, candidate]) if (!ended) cutOff.add(key(item.id, text))
  }
  return (pairId, text) => !cutOff.has(key(pairId, text))
}

/** @throws UserError where files of outputs answer none of the items */
async function answerBoth(
  lab: Lab,
  project: Project,
  items: Item[],
  input: JudgeInput,
  hooks: Hooks,
): Promise<Answered[]> {
  const references = await outputsOf(lab, project, input.reference, items, input, hooks)
  const candidates = await outputsOf(lab, project, input.candidate, items, input, hooks)
  const answered = items.flatMap((item, i) => {
    const [reference, candidate] = [references[i], candidates[i]]
    return reference && candidate ? [{ item, reference, candidate }] : []
  })
  if (answered.length === 0) {
    const message = `The outputs answer none of the held-out prompts. Their "instruction" (and "input") must be the items' own.`
    throw new UserError('bad_input', message)
  }
  const left = items.length - answered.length
  if (left > 0)
    hooks.emit({
      type: 'note',
      sentence: `${left} of ${items.length} held-out prompts have no output and are left out.`,
    })
  return answered
}

/** Each question once, in the order in which they came. */
function heldoutItems({ db, folder }: Project, { datasets, heldout, prompts }: JudgeInput): Item[] {
  const items = new Map<string, Item>()
  for (const item of itemsOf(db, { datasets, split: 'heldout', heldoutShare: heldout })) {
    const key = questionKey(item)
    if (!items.has(key)) items.set(key, item)
    if (items.size === prompts) break
  }
  if (items.size > 0) return [...items.values()]
  throw new UserError(
    'bad_input',
    `${folder} has no held-out prompts to judge on. Import more items, or hold out more (--heldout).`,
  )
}

async function outputsOf(
  lab: Lab,
  project: Project,
  side: string,
  items: Item[],
  { maxNew, temperature, topK, topP, seed, maxQueryTokens }: JudgeInput,
  hooks: Hooks,
): Promise<(Output | null)[]> {
  const { path, made } = findModel(project, side)
  if (!made && isOutputsFile(path)) return readOutputs(path, items)
  const sampling = { temperature, topK, topP, seed, maxQueryTokens, maxNewTokens: maxNew }
  return respond(lab, path, items, sampling, hooks)
}

/** The truth of the sample world has nothing to say elsewhere, and would call everything a tie. */
function refuseOtherWorlds(items: readonly Item[]): void {
  const world = loadWorld()
  const other = items.find(({ prompt }) => readPrompt(world, prompt) === null)
  if (!other) return
  throw new UserError(
    'bad_input',
    `Item ${other.id} asks nothing about the sample world, so judge "world" can't judge it. Choose another judge, or other --datasets.`,
  )
}

export async function winrate(
  { file, difficulty }: VerbInput<'winrate'>,
  { emit }: Hooks,
): Promise<VerbResult<'winrate'>> {
  const rows = await readAnnotations(file)
  const difficulties = difficulty === null ? undefined : await readDifficulties(difficulty)
  const { notes, ...result } = winRateFromAnnotations(rows, difficulties)
  for (const sentence of notes) emit({ type: 'note', sentence })
  return result
}
