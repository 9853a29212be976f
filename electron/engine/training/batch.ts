/** Pads ragged token sequences into arrays whose lengths come from a few buckets, so that few shapes are compiled. */

import assert from 'node:assert/strict'
import { completed, type Parts } from './pauses.ts'

/** Rows of one length. Arrays are row-major (B, T). */
export interface PaddedBatch {
  rows: number
  length: number
  ids: Int32Array
  /** Position of each token in its own sequence; 0 at padding. */
  positions: Int32Array
  /** 1 at real tokens, 0 at padding. */
  mask: Float32Array
}

/** The smallest of 8, 12, 16, 24, 32, 48, … that is not below `n`. */
export function bucketLength(n: number): number {
  let size = 8
  while (size < n) size = size % 3 === 0 ? (size / 3) * 4 : size * 1.5
  return size
}

/**
 * @param sequences token ids, one list per row
 * @param side where the padding goes
 * @param length common length; defaults to the bucket of the longest row
 */
export function padSequences(
  sequences: readonly (readonly number[])[],
  padId: number,
  side: 'left' | 'right' = 'right',
  length = bucketLength(Math.max(...sequences.map((s) => s.length))),
): PaddedBatch {
  const rows = sequences.length
  assert(
    sequences.every((s) => s.length <= length),
    `a sequence is longer than the ${length} positions of its batch`,
  )
  const ids = new Int32Array(rows * length).fill(padId)
  const positions = new Int32Array(rows * length)
  const mask = new Float32Array(rows * length)
  sequences.forEach((sequence, row) => {
    const start = row * length + (side === 'left' ? length - sequence.length : 0)
    for (let t = 0; t < sequence.length; t++) {
      ids[start + t] = sequence[t]!
      positions[start + t] = t
      mask[start + t] = 1
    }
  })
  return { rows, length, ids, positions, mask }
}

/** The tokens of a prompt and of a response. */
export interface QueryResponse {
  query: readonly number[]
  response: readonly number[]
}

/** What queries (P) and responses (T) are padded to. */
export interface ResponseLengths {
  queryLength: number
  responseLength: number
}

/**
 * Queries padded on the left and responses on the right, so that every response starts in the same column.
 * Arrays are row-major: (B, P + T), and (B, T) for `responseMask` and `responseIds`.
 */
export interface ResponseBatch extends PaddedBatch, ResponseLengths {
  responseIds: Int32Array
  /** 1 at response tokens, up to and including the EOS. */
  responseMask: Float32Array
}

/**
 * @param lengths common lengths (P, T); defaults to the buckets of the longest query and response
 */
export function padResponses(
  pairs: readonly QueryResponse[],
  padId: number,
  lengths?: ResponseLengths,
): ResponseBatch {
  const queries = padSequences(
    pairs.map((p) => p.query),
    padId,
    'left',
    lengths?.queryLength,
  )
  const responses = padSequences(
    pairs.map((p) => p.response),
    padId,
    'right',
    lengths?.responseLength,
  )
  const [rows, p, t] = [pairs.length, queries.length, responses.length]
  const offset = (index: number) => pairs[Math.floor(index / t)]!.query.length
  const responsePositions = responses.positions.map((position, i) =>
    responses.mask[i] ? position + offset(i) : 0,
  )
  return {
    rows,
    length: p + t,
    queryLength: p,
    responseLength: t,
    ids: joinColumns(queries.ids, responses.ids, rows, new Int32Array(rows * (p + t))),
    positions: joinColumns(queries.positions, responsePositions, rows, new Int32Array(rows * (p + t))),
    mask: joinColumns(queries.mask, responses.mask, rows, new Float32Array(rows * (p + t))),
    responseIds: responses.ids,
    responseMask: responses.mask,
  }
}

function joinColumns<A extends Int32Array | Float32Array>(left: A, right: A, rows: number, out: A): A {
  const [p, t] = [left.length / rows, right.length / rows]
  for (let row = 0; row < rows; row++) {
    out.set(left.subarray(row * p, (row + 1) * p), row * (p + t))
    out.set(right.subarray(row * t, (row + 1) * t), row * (p + t) + p)
  }
  return out
}

/** Lengths (P, T) that fit all pairs, so that one shape serves a whole run. */
export function commonLengths(pairs: readonly QueryResponse[]): ResponseLengths {
  const longest = (pick: (pair: QueryResponse) => readonly number[]) =>
    pairs.reduce((most, pair) => Math.max(most, pick(pair).length), 1)
  return {
    queryLength: bucketLength(longest((p) => p.query)),
    responseLength: bucketLength(longest((p) => p.response)),
  }
}

/** The list in chunks of `size`; the last one may be shorter. */
export function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}

/** The list in `count` parts of nearly equal size, the larger ones first; in fewer parts only if it has fewer entries. */
export function partsOf<T>(list: readonly T[], count: number): T[][] {
  const parts = Math.min(count, list.length)
  const startOf = (part: number) =>
    part * Math.floor(list.length / parts) + Math.min(part, list.length % parts)
  return Array.from({ length: parts }, (_, part) => list.slice(startOf(part), startOf(part + 1)))
}

/**
 * Runs `run` over all examples in batches of one size, so that one compiled shape serves all. The last batch is padded
 * with copies of its first example, whose results are dropped.
 * @param run returns rows*width numbers, row-major
 * @returns the numbers of each example
 */
export function mapInBatches<T>(
  examples: readonly T[],
  size: number,
  run: (batch: T[]) => Float32Array,
): Float32Array[] {
  return completed(batchByBatch(examples, size, run))
}

/** The same, with a part for each batch. */
export function* batchByBatch<T>(
  examples: readonly T[],
  size: number,
  run: (batch: T[]) => Float32Array,
): Parts<Float32Array[]> {
  const mapped: Float32Array[] = []
  for (const chunk of chunksOf(examples, size)) {
    const filled = [...chunk, ...Array.from({ length: size - chunk.length }, () => chunk[0]!)]
    const results = run(filled)
    const width = results.length / size
    mapped.push(...chunk.map((_, row) => results.slice(row * width, (row + 1) * width)))
    yield
  }
  return mapped
}
