/** Labelled pairs of responses: what a reward model learns from. */
import type { PairLabels } from '../../contract/records.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'

/** One response and its labels. */
export interface LabelledResponse extends QueryResponse {
  /** -1, 0 or +1 a token. */
  labels: readonly number[]
}

/** A pair to learn from. In ordinary preference pairs all labels are zero. */
export interface RewardPair {
  itemId: string
  worse: LabelledResponse
  better: LabelledResponse
}

/** @param eosId appended to both responses as a kept token, so that the model sees how a response ends */
export function editedPair(query: readonly number[], labels: PairLabels, eosId: number): RewardPair {
  const side = ({ ids, labels: own }: PairLabels['rejected']): LabelledResponse => ({
    query,
    response: [...ids, eosId],
    labels: [...own, 0],
  })
  return { itemId: labels.itemId, worse: side(labels.rejected), better: side(labels.edited) }
}

/** Both responses unlabelled: for the `sequence` scheme on ordinary preferences. */
export function preferencePair(itemId: string, worse: QueryResponse, better: QueryResponse): RewardPair {
  const unlabelled = (side: QueryResponse): LabelledResponse => ({
    ...side,
    labels: side.response.map(() => 0),
  })
  return { itemId, worse: unlabelled(worse), better: unlabelled(better) }
}
