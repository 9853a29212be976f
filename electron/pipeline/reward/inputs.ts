/** Labelled pairs as the arrays that reward training and evaluation work on. */
import * as tf from '@tensorflow/tfjs-core'
import { type ResponseTensors, responseTensors } from '../../engine/model/responses.ts'
import { padResponses, type QueryResponse, type ResponseLengths } from '../../engine/training/batch.ts'
import type { LabelledResponse, RewardPair } from './examples.ts'

/** Labels divided by the length of the run of equal labels that they are part of. */
export function spanTargets(labels: readonly number[]): number[] {
  const targets: number[] = []
  for (let start = 0; start < labels.length; ) {
    let end = start + 1
    while (end < labels.length && labels[end] === labels[start]) end++
    for (let i = start; i < end; i++) targets.push(labels[start]! / (end - start))
    start = end
  }
  return targets
}

/** Rejected responses in the first B rows, chosen ones in the next, and in the last B rows what is held at zero, if any is. */
export type PairInputs = {
  /** (2B) or (3B) rows */
  batch: ResponseTensors
  /** (2B, T) */
  labels: tf.Tensor
  /** (2B, T): labels, or labels divided by the length of their span */
  targets: tf.Tensor
  /** (B) */
  weights: tf.Tensor
}

export interface InputOptions {
  /** Divide the target of a token by the length of its span. */
  spanWeighted: boolean
  /** How much a pair counts. */
  weightOf: (pair: RewardPair) => number
  /** The response of the starting model that is held at zero beside a pair; null for none. */
  anchorOf: ((pair: RewardPair) => QueryResponse) | null
}

export function pairInputs(
  pairs: readonly RewardPair[],
  padId: number,
  lengths: ResponseLengths,
  { spanWeighted, weightOf, anchorOf }: InputOptions,
): PairInputs {
  const sides = [...pairs.map((pair) => pair.rejected), ...pairs.map((pair) => pair.chosen)]
  const width = lengths.responseLength
  const rows = (values: (side: LabelledResponse) => readonly number[]) => {
    const out = new Float32Array(sides.length * width)
    for (const [row, side] of sides.entries()) out.set(values(side), row * width)
    return tf.tensor2d(out, [sides.length, width])
  }
  const responses = anchorOf ? [...sides, ...pairs.map(anchorOf)] : sides
  return {
    batch: responseTensors(padResponses(responses, padId, lengths)),
    labels: rows((side) => side.labels),
    targets: rows((side) => (spanWeighted ? spanTargets(side.labels) : side.labels)),
    weights: tf.tensor1d(Float32Array.from(pairs, weightOf)),
  }
}
