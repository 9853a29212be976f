/** An evaluation's win rate by subset: by the fields of its pairs' items, and by prompt length. */
import type { Judgement, JudgePair } from '../../contract/records.ts'
import type { WinRateSubset } from '../../contract/report.ts'
import { originsOf } from '../../pipeline/judge/by-prompt.ts'
import { type Fields, winRateBySubset } from '../../pipeline/judge/subsets.ts'
import { verdicts } from '../../pipeline/judge/verdicts.ts'
import { lengthOf } from '../../pipeline/judge/win-rate.ts'
import {
  type Db,
  datasetNamesOf,
  type Evaluation,
  getItem,
  listAnnotations,
  listJudgements,
} from '../../storage/index.ts'
import { configOf } from './evaluation-config.ts'

/** @param judgements one judge's, of these pairs; none if there are no judgements */
export function subsetsOf(
  db: Db,
  pairs: readonly JudgePair[],
  judgements: readonly Judgement[],
  seed: number,
): WinRateSubset[] {
  const halfOf = promptHalves(pairs)
  const fields = new Map(pairs.map((pair): [string, Fields] => [pair.id, fieldsOf(db, pair, halfOf(pair))]))
  const key = { seed, stream: 'judge/subsets' }
  return winRateBySubset(verdicts(judgements), (id) => fields.get(id) ?? new Map(), key, originsOf(pairs))
}

/** An evaluation's own. */
export function evaluationSubsets(db: Db, evaluation: Evaluation): WinRateSubset[] {
  const { pairs, seed } = configOf(evaluation)
  return subsetsOf(db, pairs, listJudgements(db, evaluation.id), seed)
}

/** The kinds that annotators gave to their changes of an item's response. */
function changeKindsOf(db: Db, item: string): string[] {
  const newest = new Map(listAnnotations(db, item).map((annotation) => [annotation.annotator, annotation]))
  return [...newest.values()].flatMap(({ changeKinds = [] }) => changeKinds.map(({ kind }) => kind))
}

/** What every pair can have comes before the metadata of its item. */
function fieldsOf(db: Db, pair: JudgePair, promptLength: string): Fields {
  const length: [string, string[]] = ['prompt length', [promptLength]]
  const item = getItem(db, pair.item)
  if (item === null) return new Map([length])
  const own = Object.entries(item.metadata).map(([name, value]): [string, string[]] => [
    name,
    (Array.isArray(value) ? value : [value]).filter(isPlain).map(String),
  ])
  return new Map([
    ['dataset', datasetNamesOf(db, item.id)],
    ['source', [item.source]],
    length,
    ['kind of change', changeKindsOf(db, item.id)],
    ...own,
  ])
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** Labels a pair as one of the shorter or of the longer half of the prompts, as evenly as equal lengths allow. */
function promptHalves(pairs: readonly JudgePair[]): (pair: JudgePair) => string {
  const characters = ({ prompt }: JudgePair) => lengthOf(prompt.map(({ content }) => content).join('\n'))
  const lengths = pairs.map(characters).sort((a, b) => a - b)
  const middle = lengths[Math.floor((lengths.length - 1) / 2)] ?? 0
  const shorter = lengths.findLast((length) => length < lengths.at(-1)!) ?? middle
  const limit = Math.min(middle, shorter)
  return (pair) => `${characters(pair) <= limit ? 'up to' : 'over'} ${limit} characters`
}
