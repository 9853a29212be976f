import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bootstrapPercent } from '../../../electron/pipeline/judge/bootstrap.ts'
import { originsOf } from '../../../electron/pipeline/judge/by-prompt.ts'
import { measureParts, winRateBySubset } from '../../../electron/pipeline/judge/subsets.ts'
import type { Verdict } from '../../../electron/pipeline/judge/verdicts.ts'

const key = { seed: 2, stream: 'test' }
/** Every pair is a separate prompt. */
const separately = originsOf([])

function verdictsOf(preferences: readonly number[]): Verdict[] {
  return preferences.map((preference, i) => ({ pairId: `p${i}`, preference, inconsistent: false }))
}

/** @param valuesOf the values of each field for the pair with a number */
function subsetsOf(preferences: readonly number[], valuesOf: (i: number) => Record<string, string[]>) {
  const fieldsOf = (id: string) => new Map(Object.entries(valuesOf(Number(id.slice(1)))))
  return winRateBySubset(verdictsOf(preferences), fieldsOf, key, separately)
}

test('parts are measured separately: a row in two parts counts in both, a row in none counts in neither', () => {
  const rows = [['a'], ['b'], ['a', 'b'], [], ['a', 'a']]
  const counts = measureParts(
    rows,
    (row) => row,
    (part) => ({ n: part.length }),
  )
  assert.deepEqual(counts, [
    { name: 'a', n: 3 },
    { name: 'b', n: 2 },
  ])
})

test('pairs are split by a field of few values, and each part has the rate and the interval of its pairs', () => {
  const preferences = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? [1, 0.5][i % 8 === 0 ? 0 : 1]! : 0))
  const subsets = subsetsOf(preferences, (i) => ({ domain: [i % 4 === 0 ? 'fares' : 'times'] }))
  const fares = preferences.filter((_, i) => i % 4 === 0)
  assert.deepEqual(subsets, [
    {
      field: 'domain',
      value: 'fares',
      n: 10,
      winRate: 75,
      interval: bootstrapPercent([fares], { ...key, stream: 'test/domain/fares' }),
    },
    { field: 'domain', value: 'times', n: 30, winRate: 0, interval: { low: 0, high: 0 } },
  ])
})

test('fields with one value or more than twelve give no subsets, and neither do values of fewer than five pairs', () => {
  const preferences = Array(60).fill(1)
  const fields = (i: number) => ({
    same: ['always'],
    many: [`value ${i % 13}`],
    rare: [i < 4 ? 'rare' : 'common'],
    twelve: [`value ${i % 12}`],
    mixed: [i < 4 ? 'rare' : i % 2 === 0 ? 'even' : 'odd'],
    sometimes: i < 30 ? [i % 2 === 0 ? 'even' : 'odd'] : [],
  })
  const found = subsetsOf(preferences, fields).map(({ field, value, n }) => `${field} ${value} ${n}`)
  const twelve = Array.from({ length: 12 }, (_, i) => `twelve value ${i} 5`)
  assert.deepEqual(found, [
    ...twelve,
    'mixed even 28',
    'mixed odd 28',
    'sometimes even 15',
    'sometimes odd 15',
  ])
})

test('a prompt that was judged for several seeds is one observation of its subset', () => {
  const given = Array.from({ length: 120 }, (_, i): Verdict => {
    const prompt = Math.floor(i / 3)
    return { pairId: `${prompt}/${i % 3}`, preference: prompt % 4 === 0 ? 0 : 1, inconsistent: false }
  })
  const originOf = originsOf(
    given.map(({ pairId: id }, i) => ({ id, item: `${Math.floor(i / 3)}`, seed: i % 3 })),
  )
  const fieldsOf = (id: string) => new Map([['half', [Number(originOf(id).item) < 20 ? 'first' : 'second']]])
  const width = (subsets: ReturnType<typeof winRateBySubset>) =>
    subsets[0]!.interval.high - subsets[0]!.interval.low
  const bySeed = winRateBySubset(given, fieldsOf, key, originOf)
  assert.deepEqual(
    bySeed.map(({ n }) => n),
    [60, 60],
  )
  assert.ok(width(bySeed) > 1.4 * width(winRateBySubset(given, fieldsOf, key, separately)))
})
