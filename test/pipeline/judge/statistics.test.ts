import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { integers } from '../../../electron/engine/random.ts'
import { cohensKappa } from '../../../electron/pipeline/judge/agreement.ts'
import { bootstrapInterval, intervalOf, resampledMeans } from '../../../electron/pipeline/judge/bootstrap.ts'
import { bradleyTerry, type Game } from '../../../electron/pipeline/judge/bradley-terry.ts'
import {
  promptsNeeded,
  smallestDetectableDifference,
  spreadOf,
  spreadWithTies,
} from '../../../electron/pipeline/judge/power.ts'
import { signTest, signTestPower } from '../../../electron/pipeline/judge/sign-test.ts'
import evidence from '../../golden/evidence.json' with { type: 'json' }
import golden from '../../golden/judge.json' with { type: 'json' }

const key = { seed: 5, stream: 'test' }

function assertClose(actual: number | null | undefined, expected: number, tolerance: number): void {
  assert.ok(
    typeof actual === 'number' && Math.abs(actual - expected) <= tolerance,
    `${actual} is not ${expected}`,
  )
}

test("the sign test's p-values equal SciPy's exact binomial test", () => {
  for (const { wins, losses, p } of golden.signTests) {
    assertClose(signTest(wins, losses), p, 1e-12)
    assert.equal(signTest(losses, wins), signTest(wins, losses))
  }
})

test("the sign test's power equals a sum over SciPy's binomial probabilities", () => {
  for (const { n, winShare, power } of evidence.signTestPowers)
    assertClose(signTestPower(n, winShare), power, 1e-10)
})

test("detectable differences and prompts needed equal those of statsmodels' sample-size formula", () => {
  for (const { n, tieRate, difference, needed } of golden.power) {
    assertClose(smallestDetectableDifference(n, spreadWithTies(tieRate)), difference, 1e-6)
    assert.equal(promptsNeeded(5, spreadWithTies(tieRate)), Math.ceil(needed))
  }
})

test('prompts needed undoes the smallest detectable difference', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 20_000 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (n, tieRate) => {
        const difference = smallestDetectableDifference(n, spreadWithTies(tieRate))
        if (difference === null) return
        const needed = promptsNeeded(difference + 1e-9, spreadWithTies(tieRate))
        assert.ok(needed === null || Math.abs(needed - n) <= 1, `${needed} for ${n}`)
      },
    ),
  )
})

test('if nothing can be detected, the difference and the number of prompts are null', () => {
  assert.equal(smallestDetectableDifference(0), null)
  assert.equal(smallestDetectableDifference(2), null)
  assert.equal(smallestDetectableDifference(500, spreadWithTies(1)), null)
  assert.equal(promptsNeeded(30, spreadWithTies(0.5)), null)
})

test('the spread of wins, ties and losses equals bit for bit that of their share of ties', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 1 }), (verdicts) => {
      const tieRate = verdicts.filter((verdict) => verdict === 0.5).length / verdicts.length
      assert.deepEqual(spreadOf(verdicts), spreadWithTies(tieRate))
    }),
  )
})

test("the simulated power at the smallest detectable difference is 80%, by this folder's own sign test", () => {
  const n = 400
  const winChance = 0.5 + smallestDetectableDifference(n)! / 100
  const draws = integers(key, 0, 600 * n, 1_000_000)
  let found = 0
  for (let run = 0; run < 600; run++) {
    const wins = draws.subarray(run * n, (run + 1) * n).filter((x) => x < winChance * 1_000_000).length
    if (signTest(wins, n - wins) < 0.05) found++
  }
  assertClose(found / 600, 0.8, 0.06)
})

test("bootstrap intervals agree with SciPy's percentile bootstrap to half a verdict", () => {
  for (const { values, low, high } of golden.bootstrap) {
    const interval = bootstrapInterval([values], key)
    const tolerance = 0.5 / values.length + 0.002
    assertClose(interval.low, low, tolerance)
    assertClose(interval.high, high, tolerance)
  }
})

test('a bootstrap interval depends only on its seed, contains the mean, and is mirrored when the sides are swapped', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 1, maxLength: 40 }), (values) => {
      const interval = bootstrapInterval([values], key)
      assert.deepEqual(bootstrapInterval([values], key), interval)
      const mean = values.reduce((sum: number, x) => sum + x, 0) / values.length
      assert.ok(interval.low <= mean + 1e-12 && mean <= interval.high + 1e-12)
      const swapped = bootstrapInterval([values.map((x) => 1 - x)], key)
      assertClose(swapped.low, 1 - interval.high, 1e-12)
      assertClose(swapped.high, 1 - interval.low, 1e-12)
    }),
    { numRuns: 20 },
  )
})

test('seeds that disagree widen the interval; the same values repeated do not', () => {
  const row = Array.from({ length: 200 }, (_, i) => (i % 10 < 6 ? 1 : 0))
  const width = (values: number[][]) => {
    const { low, high } = bootstrapInterval(values, key)
    return high - low
  }
  const one = width([row])
  assertClose(width([row, row, row]), one, 1e-12)
  assert.ok(width([row.map(() => 1), row, row.map(() => 0)]) > 2 * one)
})

test('means over the same resamples give the paired interval of a difference', () => {
  const arms = [3, 7].map((every) => [
    Array.from({ length: 90 }, (_, i) => (i % every === 0 ? 0 : 1)),
    Array.from({ length: 90 }, (_, i) => (i % (every + 1) === 0 ? 0.5 : 1)),
  ])
  const [one, other] = resampledMeans(arms, key)
  const interval = intervalOf(one!.map((mean, r) => mean - other![r]!))
  const paired = bootstrapInterval(
    arms[0]!.map((row, s) => row.map((value, i) => value - arms[1]![s]![i]!)),
    key,
  )
  assertClose(interval.low, paired.low, 1e-12)
  assertClose(interval.high, paired.high, 1e-12)
})

test("Bradley–Terry ratings and their intervals equal statsmodels' binomial regression", () => {
  const { games, models, ratings, errors } = golden.bradleyTerry
  const result = bradleyTerry(games)
  assert.equal(result.ratings?.length, 4)
  for (const { model, rating, low, high, elo } of result.ratings!) {
    const i = models.indexOf(model)
    assertClose(rating, ratings[i]!, 1e-8)
    assertClose((high - low) / 2 / 1.959963984540054, errors[i]!, 1e-7)
    assertClose(elo, 1000 + (400 * rating) / Math.log(10), 1e-9)
  }
  const order = result.ratings!.map((rating) => rating.rating)
  assert.deepEqual(
    order,
    [...order].sort((a, b) => b - a),
  )
})

test('the ratings of two models differ by the log-odds of their win rate', () => {
  const games: Game[] = [1, 1, 1, 0].map((preference) => ({ a: 'old', b: 'new', preference }))
  const { ratings } = bradleyTerry(games)
  assertClose(ratings?.[0]?.rating, Math.log(3) / 2, 1e-9)
})

test('a model that never loses has no finite rating, and the reason names it', () => {
  const games: Game[] = [
    { a: 'weak', b: 'middle', preference: 0.5 },
    { a: 'middle', b: 'strong', preference: 1 },
    { a: 'weak', b: 'strong', preference: 1 },
  ]
  const { ratings, reason } = bradleyTerry(games)
  assert.equal(ratings, null)
  assert.match(reason, /strong/)
  assert.match(bradleyTerry([]).reason, /at least two models/)
  const islands = [games[0]!, { a: 'x', b: 'y', preference: 0.5 }]
  assert.equal(bradleyTerry(islands).ratings, null)
})

test("Cohen's kappa equals scikit-learn's, is 1 for equal verdicts, and null if chance alone gives full agreement", () => {
  const { first, second, ...expected } = golden.kappa
  const result = cohensKappa(first, second)
  assertClose(result.agreement, expected.agreement, 1e-12)
  assertClose(result.kappa, expected.kappa, 1e-12)
  assert.equal(cohensKappa(first, first).kappa, 1)
  assert.equal(cohensKappa(['tie', 'tie'], ['tie', 'tie']).kappa, null)
})
