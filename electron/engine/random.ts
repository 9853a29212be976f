/**
 * The one source of random numbers: Philox4x32-10, counter-based. Every draw is a function of
 * (seed, stream, counter) alone, so a run resumes exactly and every runtime sees the same numbers.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
 */
import assert from 'node:assert/strict'

/** Names an independent sequence: all draws of one purpose in one run. */
export interface RandomKey {
  /** Integer in [0, 2^53). */
  seed: number
  /** What the numbers are for, such as `rollout/sampling`. */
  stream: string
}

const multiplier0 = 0xd2511f53
const multiplier1 = 0xcd9e8d57
const weyl0 = 0x9e3779b9
const weyl1 = 0xbb67ae85
const rounds = 10

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit integers, as a signed 32-bit integer. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)
  const carry = Math.imul(aLow, bHigh) + (middle & 0xffff)
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0
}

/**
 * One Philox4x32-10 block, written to `out[at .. at + 3]`.
 *
 * @param counter four 32-bit words
 * @param key two 32-bit words
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  at: number,
): void {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(multiplier0, c0)
    const low0 = Math.imul(multiplier0, c0)
    const high1 = multiplyHigh(multiplier1, c2)
    const low1 = Math.imul(multiplier1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + weyl0) | 0
    k1 = (k1 + weyl1) | 0
  }
  out[at] = c0
  out[at + 1] = c1
  out[at + 2] = c2
  out[at + 3] = c3
}

/** FNV-1a over UTF-16 code units with the finaliser of MurmurHash3, so that similar names differ in all bits. */
function hashName(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) | 0
}

const two32 = 2 ** 32

function assertCount(value: number, what: string): void {
  assert(Number.isSafeInteger(value) && value >= 0, `${what} must be an integer from 0 to 2^53 - 1: ${value}`)
}

/** Random 32-bit words in order; `purpose` keeps uniforms, normals and integers of one key apart. */
class WordStream {
  readonly #key: readonly [number, number]
  readonly #counter: [number, number, number, number]
  readonly #block = new Uint32Array(4)
  #used = 4

  constructor(purpose: string, key: RandomKey, counter: number) {
    assertCount(key.seed, 'The seed')
    assertCount(counter, 'The counter')
    this.#key = [key.seed | 0, (key.seed / two32) | 0]
    this.#counter = [0, counter | 0, (counter / two32) | 0, hashName(`${purpose}:${key.stream}`)]
  }

  next(): number {
    if (this.#used === 4) {
      philox4x32(this.#counter, this.#key, this.#block, 0)
      this.#counter[0] = (this.#counter[0] + 1) | 0
      this.#used = 0
    }
    return this.#block[this.#used++]!
  }

  /** An unbiased integer in [0, bound): Lemire, "Fast Random Integer Generation in an Interval" (2019). */
  nextBelow(bound: number): number {
    const threshold = (two32 - bound) % bound
    let word = this.next()
    while (Math.imul(word, bound) >>> 0 < threshold) word = this.next()
    return multiplyHigh(word, bound) >>> 0
  }
}

/**
 * Uniform numbers in [0, 1) with 24 bits each. A longer draw begins with the numbers of a shorter one.
 *
 * @param counter which draw of this key, usually the step: other counters give independent numbers
 * @param n how many, at most 2^32
 */
export function uniforms(key: RandomKey, counter: number, n: number): Float32Array {
  const words = new WordStream('uniforms', key, counter)
  const out = new Float32Array(n)
  for (let i = 0; i < n; i++) out[i] = (words.next() >>> 8) * 2 ** -24
  return out
}

/** Standard normal numbers, by Box and Muller's transform of 32-bit uniforms. See {@link uniforms}. */
export function normals(key: RandomKey, counter: number, n: number): Float32Array {
  const words = new WordStream('normals', key, counter)
  const out = new Float32Array(n)
  for (let i = 0; i < n; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((words.next() + 1) / two32))
    const angle = 2 * Math.PI * (words.next() / two32)
    out[i] = radius * Math.cos(angle)
    if (i + 1 < n) out[i + 1] = radius * Math.sin(angle)
  }
  return out
}

/** Unbiased integers in [0, bound), with 1 <= bound < 2^31. See {@link uniforms}. */
export function integers(key: RandomKey, counter: number, n: number, bound: number): Int32Array {
  assert(Number.isInteger(bound) && bound >= 1 && bound < 2 ** 31, `The bound must be in [1, 2^31): ${bound}`)
  const words = new WordStream('integers', key, counter)
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = words.nextBelow(bound)
  return out
}

/**
 * The numbers 0 to n - 1 in random order (Fisher–Yates), a function of (seed, stream, epoch, n) alone.
 *
 * @param epoch which pass over the data
 */
export function permutation(key: RandomKey, epoch: number, n: number): Int32Array {
  const words = new WordStream('permutation', key, epoch)
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = words.nextBelow(i + 1)
    const moved = order[i]!
    order[i] = order[j]!
    order[j] = moved
  }
  return order
}
