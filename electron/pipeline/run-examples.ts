/** The token sequences that each kind of run makes of its frozen rows. No tensors here: the host counts them beforehand. */
import type { RewardConfig } from '../contract/configs.ts'
import { UserError } from '../contract/errors.ts'
import type { Item, RunInputRow } from '../contract/records.ts'
import type { Tokenizer } from '../engine/tokenizer/index.ts'
import type { QueryResponse } from '../engine/training/batch.ts'
import { encodeQuery } from './data/query.ts'
import type { DpoPair } from './dpo/train.ts'
import { labelPair } from './label/labels.ts'
import type { Prompt } from './ppo/rollout.ts'
import { editedPair, preferencePair, type RewardPair } from './reward/pairs.ts'

export interface Limits {
  maxQueryTokens: number
  maxResponseTokens: number
  /** The model's context. */
  maxPositions: number
}

type Pairs = RewardConfig['pairs']

/** What was left out or cut; a run records it. */
export interface Fit {
  /** Rows left out because a response was too long. */
  dropped: number
  /** Prompts that were cut. */
  cut: number
}

export interface SplitRows<T> extends Fit {
  train: T[]
  heldout: T[]
  /** Pairs left out because their responses are the same token by token, which teaches nothing. */
  identical: number
}

/** The response's ids with the end token, which the model has to learn too. */
export function encodeResponse(tokenizer: Tokenizer, text: string): number[] {
  return [...tokenizer.encode(text), tokenizer.eosId]
}

/** @throws UserError where a prompt and its response do not fit the context; so do the two below */
export function demonstrations(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits,
): SplitRows<QueryResponse> {
  return splitExamples(rows, tokenizer, limits, ({ item }, query) => {
    if (item.chosen === null) return null
    const example = { query, response: encodeResponse(tokenizer, item.chosen) }
    return { example, responses: [example] }
  })
}

export function rewardPairs(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits & { pairs: Pairs },
): SplitRows<RewardPair> {
  const make = limits.pairs === 'edited' ? editedRewardPair : originalRewardPair
  return splitExamples(rows, tokenizer, limits, (row, query) => {
    const pair = make(row, query, tokenizer)
    return pair && { example: pair, responses: [pair.worse, pair.better] }
  })
}

export function dpoPairs(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits & { pairs: Pairs },
): SplitRows<DpoPair> {
  return splitExamples(rows, tokenizer, limits, ({ item, edited }, query) => {
    const better = limits.pairs === 'edited' ? edited : item.chosen
    const pair = originalPair({ ...item, chosen: better }, query, tokenizer)
    return pair && { example: pair, responses: [pair.worse, pair.better] }
  })
}

/**
 * Makes examples of rows and parts them by split.
 * @param make null leaves a row out that has nothing to give (no such response)
 */
function splitExamples<T>(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits,
  make: (row: RunInputRow, query: number[]) => { example: T; responses: readonly QueryResponse[] } | null,
): SplitRows<T> {
  const result: SplitRows<T> = { train: [], heldout: [], dropped: 0, cut: 0, identical: 0 }
  for (const row of rows) {
    const query = encodeQuery(tokenizer, row.item, limits.maxQueryTokens)
    const made = make(row, query.ids)
    if (!made) continue
    const lengths = made.responses.map(({ response }) => response.length)
    if (areIdentical(made.responses)) result.identical++
    else if (lengths.some((length) => length > limits.maxResponseTokens)) result.dropped++
    else {
      checkContext(row.item.id, query.ids.length, Math.max(...lengths), limits)
      if (query.cut) result.cut++
      result[row.split].push(made.example)
    }
  }
  return result
}

function areIdentical([first, second]: readonly QueryResponse[]): boolean {
  return second !== undefined && first!.response.join() === second.response.join()
}

/** @throws UserError where a prompt and a response of these lengths are longer than the model's context */
export function checkContext(
  row: string,
  query: number,
  response: number,
  { maxPositions }: { maxPositions: number },
): void {
  if (query + response <= maxPositions) return
  throw new UserError(
    'bad_input',
    `${row} has a prompt of ${query} tokens and a response of ${response}, which together do not fit the model's context of ${maxPositions}. Lower maxQueryTokens, or leave out such long responses.`,
  )
}

function editedRewardPair(
  { item, edited }: RunInputRow,
  query: number[],
  tokenizer: Tokenizer,
): RewardPair | null {
  if (item.rejected === null || edited === null) return null
  const labels = labelPair(tokenizer, item.id, item.rejected, edited)
  return editedPair(query, labels, tokenizer.eosId)
}

function originalRewardPair({ item }: RunInputRow, query: number[], tokenizer: Tokenizer): RewardPair | null {
  const pair = originalPair(item, query, tokenizer)
  return pair && preferencePair(item.id, pair.worse, pair.better)
}

function originalPair({ chosen, rejected }: Item, query: number[], tokenizer: Tokenizer): DpoPair | null {
  if (chosen === null || rejected === null) return null
  const side = (text: string): QueryResponse => ({ query, response: encodeResponse(tokenizer, text) })
  return { worse: side(rejected), better: side(chosen) }
}

/** A prompt with the item that it is of, for a judge. */
export interface JudgedPrompt extends Prompt {
  item: Item
}

export interface SplitPrompts {
  train: Prompt[]
  heldout: JudgedPrompt[]
  cut: number
}

/** Each distinct prompt once. */
export function promptsOf(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  maxQueryTokens: number,
): SplitPrompts {
  const seen = new Set<string>()
  const prompts: SplitPrompts = { train: [], heldout: [], cut: 0 }
  for (const { item, split } of rows) {
    const { ids, cut } = encodeQuery(tokenizer, item, maxQueryTokens)
    const key = ids.join()
    if (seen.has(key)) continue
    seen.add(key)
    if (cut) prompts.cut++
    prompts[split].push({ id: item.id, query: ids, item })
  }
  return prompts
}

/** @returns tokens of the longest query */
export function longestQuery(prompts: readonly Prompt[]): number {
  return prompts.reduce((most, { query }) => Math.max(most, query.length), 0)
}
