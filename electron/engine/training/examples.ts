/**
 * Token sequences made from the frozen rows of a run, and what all training methods share of that: which split a row
 * is in, what is too long, what the model's context allows. No tensors here: the host counts examples before a start.
 */
import { UserError } from '../../contract/errors.ts'
import type { Item, RunInputRow } from '../../contract/records.ts'
import type { Tokenizer } from '../tokenizer/index.ts'
import { encodeQuery, encodeResponse } from '../tokenizer/query.ts'
import type { QueryResponse } from './batch.ts'

/** All in tokens. */
export interface Limits {
  maxQueryTokens: number
  maxResponseTokens: number
  /** The model's context. */
  maxPositions: number
}

/** What was left out or truncated; a run records it. */
export interface Fit {
  /** Rows left out because a response was too long. */
  dropped: number
  /** Prompts that were cut. */
  cut: number
}

export interface SplitRows<T> extends Fit {
  train: T[]
  heldout: T[]
  /** Pairs left out because both responses are the same token for token, which teaches nothing. */
  identical: number
}

/** An example with all of its responses, by which it is checked. */
export interface MadeExample<T> {
  example: T
  responses: readonly QueryResponse[]
}

/**
 * Makes one example per row and divides them by split.
 * @param make given a row and its prompt's ids; null leaves out a row that lacks a response
 * @throws UserError if a prompt and its response do not fit the model's context
 */
export function splitExamples<T>(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits,
  make: (row: RunInputRow, query: number[]) => MadeExample<T> | null,
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

/**
 * Both responses of a preference pair, after the same prompt.
 * @returns null if one of them is missing
 */
export function encodePair(
  tokenizer: Tokenizer,
  query: readonly number[],
  { rejected, chosen }: Pick<Item, 'rejected' | 'chosen'>,
): { rejected: QueryResponse; chosen: QueryResponse } | null {
  if (rejected === null || chosen === null) return null
  const side = (text: string): QueryResponse => ({ query, response: encodeResponse(tokenizer, text) })
  return { rejected: side(rejected), chosen: side(chosen) }
}

/** Whether a prompt and a response are together no longer than the model's context. */
export function fitsContext(
  { query, response }: QueryResponse,
  { maxPositions }: Pick<Limits, 'maxPositions'>,
): boolean {
  return query.length + response.length <= maxPositions
}

/**
 * @param row names the row in the message
 * @throws UserError if a prompt and a response of these lengths are together longer than the model's context
 */
export function checkContext(
  row: string,
  query: number,
  response: number,
  { maxPositions }: Pick<Limits, 'maxPositions'>,
): void {
  if (query + response <= maxPositions) return
  throw new UserError(
    'bad_input',
    `${row} has a prompt of ${query} tokens and a response of ${response}, which together do not fit the model's context of ${maxPositions}. Lower maxQueryTokens, or leave out such long responses.`,
  )
}
