/**
 * How far a policy is from the one that it started from: the KL over responses that it samples, in nats per response. PPO measures
 * it as it samples; other runs sample a few responses at their end.
 */
import { Generator } from '../generation/generate.ts'
import { type Model, weightsOf } from '../model/model.ts'
import { logprobsOf, type ResponseTensors, responsePass, responseTensors } from '../model/responses.ts'
import { permutation } from '../random.ts'
import { compile } from '../runtime/compile.ts'
import { bucketLength, chunksOf, mapInBatches, padResponses } from './batch.ts'

export interface ReferenceKl {
  policy: Model
  /** Calls `use` with the reference, which needs to be in memory only then. */
  withReference: <Result>(use: (reference: Model) => Result) => Result
  /** Token ids of prompts; at least one. */
  queries: readonly (readonly number[])[]
  padId: number
  maxNewTokens: number
  /** Responses to sample. */
  samples: number
  /** Responses per pass. */
  batchSize: number
  seed: number
}

/**
 * k1 = Σ_t d and k3 = Σ_t (e^-d - 1 + d), d = log π - log π_ref (Schulman 2020); means over sampled responses.
 * @returns null if the longest prompt leaves no room for a response
 */
export function referenceKl({
  policy,
  withReference,
  padId,
  ...settings
}: ReferenceKl): { k1: number; k3: number } | null {
  const { batchSize, seed } = settings
  const queries = drawn(settings)
  const longest = queries.reduce((most, query) => Math.max(most, query.length), 1)
  const maxNewTokens = Math.min(settings.maxNewTokens, policy.config.maxPositions - longest)
  if (maxNewTokens < 1) return null
  const lengths = { queryLength: bucketLength(longest), responseLength: bucketLength(maxNewTokens) }
  const generator = new Generator(policy)
  const options = { temperature: 1, topK: 0, topP: 1, eosIds: policy.config.eosIds, measure: true }
  const rows = chunksOf(queries, batchSize).flatMap((chunk, batch) => {
    const filled = Array.from({ length: batchSize }, (_, row) => chunk[row] ?? chunk[0]!)
    const stream = { seed, stream: 'kl', firstRow: batch * batchSize }
    const { queryLength } = lengths
    const made = generator.generate(filled, { ...options, ...stream, maxNewTokens, padId, queryLength })
    return chunk.map((query, row) => ({ ...made[row]!, query }))
  })
  generator.dispose()
  const scored = withReference((reference) => {
    const score = compile('reference_kl', (batch: ResponseTensors) => ({
      logprobs: logprobsOf(responsePass(reference, weightsOf(reference), batch)),
    }))
    const run = (batch: typeof rows) =>
      score.values(responseTensors(padResponses(batch, padId, lengths))).logprobs
    const logprobs = mapInBatches(rows, batchSize, run)
    score.dispose()
    return logprobs
  })
  const ratios = rows.flatMap(({ logprobs }, row) => logprobs.map((logprob, t) => logprob - scored[row]![t]!))
  const total = (of: (d: number) => number) => ratios.reduce((sum, d) => sum + of(d), 0)
  return { k1: total((d) => d) / rows.length, k3: total((d) => Math.exp(-d) - 1 + d) / rows.length }
}

/** As many prompts as samples, in an order that depends on the seed: all once before any a second time. */
function drawn({ queries, samples, seed }: Pick<ReferenceKl, 'queries' | 'samples' | 'seed'>) {
  const orders = Array.from({ length: Math.ceil(samples / queries.length) }, (_, pass) =>
    permutation({ seed, stream: 'kl/prompts' }, pass, queries.length),
  )
  return orders.flatMap((order) => [...order].map((i) => queries[i]!)).slice(0, samples)
}
