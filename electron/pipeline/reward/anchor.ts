/**
 * Responses of the model that training starts from. No one has judged their tokens, so the reward model is held at zero on
 * them: otherwise it is free to reward text that no pair shows, which is the text that PPO begins with.
 */
import { Generator } from '../../engine/generation/generate.ts'
import type { Model } from '../../engine/model/model.ts'
import { permutation } from '../../engine/random.ts'
import { chunksOf, commonLengths, type QueryResponse } from '../../engine/training/batch.ts'
import type { RewardPair } from './examples.ts'

/** @returns the pairs' different prompts, in an order that depends on the seed, and at most `samples` */
export function anchorQueries(
  pairs: readonly RewardPair[],
  { anchorSamples, seed }: { anchorSamples: number; seed: number },
): (readonly number[])[] {
  const queries = [...new Map(pairs.map(({ rejected: { query } }) => [query.join(), query])).values()]
  const order = permutation({ seed, stream: 'reward/anchor-prompts' }, 0, queries.length)
  return [...order].slice(0, anchorSamples).map((i) => queries[i]!)
}

export interface AnchorSampling {
  padId: number
  maxNewTokens: number
  batchSize: number
  seed: number
}

/**
 * One response to each prompt, at temperature 1, up to and including its end token.
 * @yields after each batch, how many are done
 */
export function* sampleAnchors(
  model: Model,
  queries: readonly (readonly number[])[],
  { padId, maxNewTokens, batchSize, seed }: AnchorSampling,
): IterableIterator<number, QueryResponse[], void> {
  const generator = new Generator(model)
  const { queryLength } = commonLengths(queries.map((query) => ({ query, response: [] })))
  const sampling = { temperature: 1, topK: 0, topP: 1, eosIds: model.config.eosIds, padId, maxNewTokens }
  const anchors: QueryResponse[] = []
  try {
    for (const chunk of chunksOf(queries, batchSize)) {
      const filled = Array.from({ length: batchSize }, (_, row) => chunk[row] ?? chunk[0]!)
      const stream = { seed, stream: 'reward/anchor', firstRow: anchors.length, queryLength }
      const rows = generator.generate(filled, { ...sampling, ...stream })
      anchors.push(...chunk.map((query, row) => ({ query, response: rows[row]!.response })))
      yield anchors.length
    }
    return anchors
  } finally {
    generator.dispose()
  }
}

/** How many new tokens an anchor may have: as the longest response of the pairs, as far as the model's context allows. */
export function anchorLength(pairs: readonly RewardPair[], maxPositions: number): number {
  const longest = (of: (pair: RewardPair) => number) =>
    pairs.reduce((most, pair) => Math.max(most, of(pair)), 1)
  const response = longest(({ rejected, chosen }) =>
    Math.max(rejected.response.length, chosen.response.length),
  )
  return Math.min(response, maxPositions - longest(({ rejected }) => rejected.query.length))
}
