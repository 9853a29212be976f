/** What a reward model learns from: pairs of responses with a label for every token. */
import type { PairLabels, RunInputRow } from '../../contract/records.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'
import { encodePair, type Limits, type SplitRows, splitExamples } from '../../engine/training/examples.ts'
import { gapLabels } from './gaps.ts'
import { weightMinor } from './severity.ts'

/** One response and its labels. */
export interface LabelledResponse extends QueryResponse {
  /** -1, 0 or +1 per token; between if editors of the item do not agree (`editors.ts`) or the change is minor (`severity.ts`). */
  labels: readonly number[]
}

/** A pair to learn from. In ordinary preference pairs all labels are zero. */
export interface RewardPair {
  itemId: string
  rejected: LabelledResponse
  /** The edited or the chosen response. */
  chosen: LabelledResponse
}

/** Labels both texts under the tokenizer; the label stage's `labelPair`. */
export type LabelPair = (tokenizer: Tokenizer, itemId: string, rejected: string, edited: string) => PairLabels

/**
 * @param limits with the kind of pairs to make, and what labels the edited ones
 * @throws UserError if a prompt and its response do not fit the model's context
 */
export function rewardPairs(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits & Pick<RewardConfig, 'pairs'> & Partial<Pick<RewardConfig, 'gapLabels' | 'minorWeight'>>,
  labelPair: LabelPair,
): SplitRows<RewardPair> {
  const edited = ({ split, item, edited, changeKinds }: RunInputRow, query: number[]): RewardPair | null => {
    if (item.rejected === null || edited === null) return null
    const hard = labelPair(tokenizer, item.id, item.rejected, edited)
    const { minorWeight = 1 } = limits
    // Held-out pairs are measured by what was changed, however much it matters.
    const isWeighted = split === 'train' && minorWeight < 1 && changeKinds !== undefined
    const labels = isWeighted ? weightMinor(hard, changeKinds, minorWeight) : hard
    return editedPair(query, labels, { eosId: tokenizer.eosId, gapLabels: limits.gapLabels })
  }
  const original = ({ item }: RunInputRow, query: number[]): RewardPair | null => {
    const pair = encodePair(tokenizer, query, item)
    return pair && preferencePair(item.id, pair.rejected, pair.chosen)
  }
  const make = { edited, original }[limits.pairs]
  return splitExamples(rows, tokenizer, limits, (row, query) => {
    const example = make(row, query)
    return example && { example, responses: [example.rejected, example.chosen] }
  })
}

export interface PairOptions {
  /** Appended to both responses as a kept token, so that the model sees how a response ends. */
  eosId: number
  /** Whether the token after a gap, EOS included, is labelled in the rejected response (`gaps.ts`). */
  gapLabels?: boolean | undefined
}

export function editedPair(
  query: readonly number[],
  { itemId, rejected, edited }: PairLabels,
  { eosId, gapLabels: hasGaps = false }: PairOptions,
): RewardPair {
  const side = ({ ids }: PairLabels['rejected'], labels: number[]): LabelledResponse => ({
    query,
    response: [...ids, eosId],
    labels,
  })
  const rejectedLabels = hasGaps ? gapLabels(rejected.labels, edited.labels) : [...rejected.labels, 0]
  return { itemId, rejected: side(rejected, rejectedLabels), chosen: side(edited, [...edited.labels, 0]) }
}

/** Both responses unlabelled: for schemes that reward no single token, on ordinary preferences. */
function preferencePair(itemId: string, rejected: QueryResponse, chosen: QueryResponse): RewardPair {
  const unlabelled = (side: QueryResponse): LabelledResponse => ({
    ...side,
    labels: side.response.map(() => 0),
  })
  return { itemId, rejected: unlabelled(rejected), chosen: unlabelled(chosen) }
}
