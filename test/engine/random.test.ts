import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { integers, normals, permutation, philox4x32, uniforms } from '../../electron/engine/random.ts'

type Words4 = [number, number, number, number]

/** The three `philox4x32 10` lines of Random123's published `kat_vectors`: counter, key, expected. */
const knownAnswers: [Words4, [number, number], Words4][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
]

const key = { seed: 7, stream: 'test' }

function moments(values: Float32Array): { mean: number; variance: number; fourth: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const central = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length
  return { mean, variance: central(2), fourth: central(4) }
}

function correlation(a: Float32Array, b: Float32Array): number {
  const [ma, mb] = [moments(a), moments(b)]
  const covariance = a.reduce((sum, x, i) => sum + (x - ma.mean) * (b[i]! - mb.mean), 0) / a.length
  return covariance / Math.sqrt(ma.variance * mb.variance)
}

test("Philox4x32-10 gives Random123's published known answers", () => {
  for (const [counter, philoxKey, expected] of knownAnswers) {
    const out = new Uint32Array(6)
    philox4x32(counter, philoxKey, out, 1)
    assert.deepEqual([...out], [0, ...expected, 0])
  }
})

test('uniforms are multiples of 2^-24 in [0, 1) and have the moments of the uniform distribution', () => {
  const values = uniforms(key, 0, 400_000)
  assert.ok(values.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24)))
  const { mean, variance, fourth } = moments(values)
  assert.ok(Math.abs(mean - 1 / 2) < 0.002, `mean ${mean}`)
  assert.ok(Math.abs(variance - 1 / 12) < 0.001, `variance ${variance}`)
  assert.ok(Math.abs(fourth - 1 / 80) < 0.0003, `fourth moment ${fourth}`)
})

test('uniforms fill 256 bins evenly (chi-squared, p above 1e-6)', () => {
  const n = 512_000
  const counts = new Float64Array(256)
  for (const x of uniforms(key, 3, n)) counts[Math.floor(x * 256)]!++
  const chiSquared = counts.reduce((sum, c) => sum + (c - n / 256) ** 2 / (n / 256), 0)
  assert.ok(chiSquared > 160 && chiSquared < 374, `chi-squared with 255 degrees of freedom: ${chiSquared}`)
})

test('seeds, streams and counters give uncorrelated numbers, including both halves of the seed', () => {
  const n = 100_000
  const base = uniforms(key, 0, n)
  const others = [
    uniforms({ ...key, seed: 8 }, 0, n),
    uniforms({ ...key, seed: 7 + 2 ** 32 }, 0, n),
    uniforms({ ...key, stream: 'tesu' }, 0, n),
    uniforms(key, 1, n),
    uniforms(key, 2 ** 32, n),
    base.slice(1).reverse(),
  ]
  for (const other of others) assert.ok(Math.abs(correlation(base.slice(0, other.length), other)) < 0.02)
})

test('a longer draw starts with the shorter one, for every kind of number', () => {
  for (const n of [0, 1, 2, 5, 33]) {
    assert.deepEqual(uniforms(key, 5, 64).slice(0, n), uniforms(key, 5, n))
    assert.deepEqual(normals(key, 5, 64).slice(0, n), normals(key, 5, n))
    assert.deepEqual(integers(key, 5, 64, 10).slice(0, n), integers(key, 5, n, 10))
  }
})

test('normals have the moments of the standard normal distribution and stay finite', () => {
  const values = normals(key, 0, 400_001)
  assert.ok(values.every(Number.isFinite))
  const { mean, variance, fourth } = moments(values)
  assert.ok(Math.abs(mean) < 0.007, `mean ${mean}`)
  assert.ok(Math.abs(variance - 1) < 0.01, `variance ${variance}`)
  assert.ok(Math.abs(fourth - 3) < 0.08, `fourth moment ${fourth}`)
})

test('integers are uniform below a bound that is not a power of two', () => {
  const n = 210_000
  const counts = new Float64Array(7)
  for (const x of integers(key, 0, n, 7)) counts[x]!++
  for (const count of counts) assert.ok(Math.abs(count - n / 7) < 5 * Math.sqrt(n / 7))
})

test('a permutation has each number once and depends on seed, stream, epoch and n only', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.string(), fc.nat(1000), fc.nat(60), (seed, stream, epoch, n) => {
      const order = permutation({ seed, stream }, epoch, n)
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        Array.from({ length: n }, (_, i) => i),
      )
      assert.deepEqual(order, permutation({ seed, stream }, epoch, n))
    }),
    { numRuns: 100 },
  )
  assert.notDeepEqual(permutation(key, 0, 50), permutation(key, 1, 50))
  assert.notDeepEqual(permutation(key, 0, 50), permutation({ ...key, seed: 8 }, 0, 50))
})

test('all orders of three things are equally frequent', () => {
  const counts = new Map<string, number>()
  for (let epoch = 0; epoch < 6000; epoch++) {
    const order = permutation(key, epoch, 3).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  assert.equal(counts.size, 6)
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, `${count} of 6000`)
})

test('a seed, counter or bound outside its range is refused', () => {
  assert.throws(() => uniforms({ seed: -1, stream: '' }, 0, 1), /seed/)
  assert.throws(() => uniforms({ seed: 0.5, stream: '' }, 0, 1), /seed/)
  assert.throws(() => uniforms(key, 2 ** 53, 1), /counter/)
  assert.throws(() => integers(key, 0, 1, 0), /bound/)
})
