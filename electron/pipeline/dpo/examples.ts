/** What a direct loss learns from: pairs of whole responses to the same prompt, with a label for every token. */
import assert from 'node:assert/strict'
import type { PairLabels, RunInputRow } from '../../contract/records.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'
import { encodePair, type Limits, type SplitRows, splitExamples } from '../../engine/training/examples.ts'
import { lossTraits } from './traits.ts'

export interface LabelledResponse extends QueryResponse {
  /** -1 deleted, 0 kept, +1 inserted, per token; all 0 for a loss that reads no labels. */
  labels: readonly number[]
}

export interface DpoPair {
  rejected: LabelledResponse
  /** The edited or the chosen response. */
  chosen: LabelledResponse
}

/** Labels both texts under the tokenizer; the label stage's `labelPair`. */
export type LabelPair = (tokenizer: Tokenizer, itemId: string, rejected: string, edited: string) => PairLabels

/**
 * @param labelPair called only for a loss that reads labels; original pairs are aligned in the same way as edited ones
 * @throws UserError if a prompt and its response do not fit the model's context
 */
export function dpoPairs(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits & Pick<DpoConfig, 'pairs' | 'loss'>,
  labelPair: LabelPair,
): SplitRows<DpoPair> {
  const { readsLabels } = lossTraits[limits.loss]
  return splitExamples(rows, tokenizer, limits, ({ item, edited }, query) => {
    const { rejected } = item
    const chosen = limits.pairs === 'edited' ? edited : item.chosen
    const pair = encodePair(tokenizer, query, { rejected, chosen })
    if (pair === null) return null
    const labels = readsLabels ? labelPair(tokenizer, item.id, rejected!, chosen!) : null
    const example = {
      rejected: labelled(pair.rejected, labels?.rejected.labels),
      chosen: labelled(pair.chosen, labels?.edited.labels),
    }
    return { example, responses: [example.rejected, example.chosen] }
  })
}

/** @param labels of the text; the end token is kept */
function labelled(side: QueryResponse, labels?: readonly number[]): LabelledResponse {
  if (!labels) return { ...side, labels: side.response.map(() => 0) }
  assert.equal(labels.length + 1, side.response.length, 'a label per token of the text')
  return { ...side, labels: [...labels, 0] }
}
