/**
 * Several judged answers to a prompt: UltraFeedback's scored completions, Nectar's ranked answers, RewardBench 2's right
 * and wrong ones. Every pair of which one answer is better becomes an item.
 */
import type { JsonObject } from '../../../contract/json.ts'
import { originOf, pairItems, type ScoredAnswer, toNumber } from '../answers.ts'
import { has, type Importer, type Parsed, type RawObject, RowError, readText, restOf } from '../fields.ts'
import { readRequest } from '../request.ts'

const everyPair = 'One item for every pair of answers of which one is better'

export const ultraFeedbackImporter: Importer = {
  name: 'ultrafeedback',
  rows: 'UltraFeedback (instruction, completions with scores)',
  reading: `${everyPair}, by overall_score, or by fine-grained_score if there is none.`,
  recognises: (row) => has(row, 'completions') && listsObjects(row.completions) && !has(row, 'labels'),
  parse: (row) => parse(row, 'completions', 'ultrafeedback', readCompletion),
}

export const nectarImporter: Importer = {
  name: 'nectar',
  rows: 'Nectar (prompt, answers with ranks)',
  reading: `${everyPair}, by rank.`,
  recognises: (row) => has(row, 'prompt', 'answers') && listsObjects(row.answers),
  parse: (row) => parse(row, 'answers', 'nectar', readRanked),
}

export const rewardBench2Importer: Importer = {
  name: 'rewardbench-2',
  rows: 'RewardBench 2 (prompt, chosen and rejected as lists of texts)',
  reading: 'One item for every right answer with every wrong one.',
  recognises: (row) => has(row, 'prompt') && listsTexts(row.chosen) && listsTexts(row.rejected),
  parse: parseLists,
}

function parse(
  row: RawObject,
  key: string,
  source: string,
  readOne: (answer: RawObject, where: string) => ScoredAnswer,
): Parsed {
  const { prompt, context, used } = readRequest(row)
  const answers = (row[key] as RawObject[]).map((answer, index) => readOne(answer, `${key}[${index}]`))
  return pairItems({ ...originOf(row, source, [...used, key]), prompt, context }, answers)
}

function readCompletion(completion: RawObject, where: string): ScoredAnswer {
  const score = toNumber(completion.overall_score) ?? toNumber(completion['fine-grained_score'])
  return { text: textOf(completion, 'response', where), score, detail: restOf(completion, ['response']) }
}

/** The best answer has the rank 1. */
function readRanked(answer: RawObject, where: string): ScoredAnswer {
  const rank = toNumber(answer.rank)
  const score = rank === null ? null : -rank
  return { text: textOf(answer, 'answer', where), score, detail: restOf(answer, ['answer']) }
}

function textOf(answer: RawObject, key: string, where: string): string {
  if (has(answer, key) && typeof answer[key] === 'string') return readText(answer, key)
  throw new RowError(`"${where}" has no text "${key}"`)
}

function parseLists(row: RawObject): Parsed {
  const { prompt, context, used } = readRequest(row)
  const right = row.chosen as string[]
  const wrong = row.rejected as string[]
  const models =
    Array.isArray(row.models) && row.models.length === right.length + wrong.length ? row.models : []
  const content = { ...originOf(row, 'rewardbench-2', [...used, 'chosen', 'rejected']), prompt, context }
  const detailOf = (index: number): JsonObject =>
    typeof models[index] === 'string' ? { model: models[index] } : {}
  return right.flatMap((chosen, rightIndex) =>
    wrong.flatMap((rejected, wrongIndex) =>
      pairItems(content, [
        { text: chosen, score: 1, detail: detailOf(rightIndex) },
        { text: rejected, score: 0, detail: detailOf(right.length + wrongIndex) },
      ]),
    ),
  )
}

function listsObjects(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((entry) => typeof entry === 'object' && entry !== null)
  )
}

function listsTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string')
}
