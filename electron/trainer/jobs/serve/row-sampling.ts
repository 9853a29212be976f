/**
 * Choosing the next token of each row by its own settings, and the log-probabilities that are reported with it. They are
 * the model's own, before temperature, top-k and top-p.
 */
import type { Alternatives } from '../../../contract/serving.ts'
import { type RandomKey, uniforms } from '../../../engine/random.ts'

export interface RowSettings {
  temperature: number
  topK: number
  topP: number
  seed: number
  draw: number
}

/**
 * @param logits of one row
 * @param position number of the token in its response; with seed and draw it determines the random number
 */
export function chooseToken(logits: Float32Array, settings: RowSettings, position: number): number {
  const { temperature, topK, topP, seed, draw } = settings
  if (temperature === 0) return indexOfMax(logits)
  const key: RandomKey = { seed, stream: `serve/${draw}` }
  return sampled(logits, { temperature, topK, topP }, uniforms(key, position, 1)[0]!)
}

/** Temperature, top-k and top-p in that order, as `engine/generation/sample.ts`, without sorting what top-p drops. */
function sampled(
  logits: Float32Array,
  { temperature, topK, topP }: Pick<RowSettings, 'temperature' | 'topK' | 'topP'>,
  uniform: number,
): number {
  const max = logits[indexOfMax(logits)]!
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - max) / temperature))
  const kept = topK > 0 || topP < 1 ? mostLikely(weights, topK, topP) : weights.keys().toArray()
  const target = uniform * sumOf(weights, kept)
  let sum = 0
  for (const id of kept) {
    sum += weights[id]!
    if (sum > target) return id
  }
  return kept.findLast((id) => weights[id]! > 0)!
}

/** Ids that top-k and top-p keep, the most likely first. */
function mostLikely(weights: Float64Array, topK: number, topP: number): number[] {
  const total = sumOf(weights, weights.keys())
  // All tokens below this share have less than 1 - topP together, so that none of them is kept.
  const least = topK > 0 ? 0 : ((1 - topP) * total) / weights.length
  const candidates = weights.keys().filter((id) => weights[id]! >= least)
  const ordered = candidates.toArray().sort((a, b) => weights[b]! - weights[a]!)
  const first = topK > 0 ? ordered.slice(0, topK) : ordered
  const limit = topP * (topK > 0 ? sumOf(weights, first) : total)
  let mass = 0
  const kept: number[] = []
  for (const id of first) {
    kept.push(id)
    mass += weights[id]!
    if (mass >= limit) break
  }
  return kept
}

function sumOf(weights: Float64Array, ids: Iterable<number>): number {
  let sum = 0
  for (const id of ids) sum += weights[id]!
  return sum
}

function indexOfMax(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/**
 * @param count how many of the most likely tokens
 * @returns the log-probability of a token, and the most likely ones
 */
export function logprobsAt(
  logits: Float32Array,
  id: number,
  count: number,
): { logprob: number; top: Alternatives } {
  const max = logits[indexOfMax(logits)]!
  const logSum = max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0))
  const top = largest(logits, count).map((i): [number, number] => [i, logits[i]! - logSum])
  return { logprob: logits[id]! - logSum, top }
}

/** Indices of the largest values, in their order. */
function largest(values: Float32Array, count: number): number[] {
  const best: number[] = []
  for (let i = 0; count > 0 && i < values.length; i++) {
    if (best.length === count && values[i]! <= values[best.at(-1)!]!) continue
    const place = best.findIndex((other) => values[other]! < values[i]!)
    best.splice(place < 0 ? best.length : place, 0, i)
    if (best.length > count) best.pop()
  }
  return best
}
