import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Judgement, JudgePair } from '../../../electron/contract/records.ts'
import type { WinRateSummary } from '../../../electron/contract/report.ts'
import { summarise } from '../../../electron/pipeline/judge/summarise.ts'
import { verdicts } from '../../../electron/pipeline/judge/verdicts.ts'
import golden from '../../golden/judge.json' with { type: 'json' }
import { assertClose } from '../../golden.ts'

function judgement(pairId: string, preference: number, swapped = false): Judgement {
  return { pairId, judge: 'j', swapped, preference, elapsedMs: 0, rawReply: '' }
}

/** Both orders of each pair, with the same preference. */
function consistent(preferences: readonly number[]): Judgement[] {
  return preferences.flatMap((p, i) => [judgement(`p${i}`, p), judgement(`p${i}`, p, true)])
}

function repeat(counts: { wins?: number; ties?: number; losses?: number }): number[] {
  const { wins = 0, ties = 0, losses = 0 } = counts
  return [...Array(wins).fill(1), ...Array(ties).fill(0.5), ...Array(losses).fill(0)]
}

function summaryOf(preferences: readonly number[], pairs?: JudgePair[]): WinRateSummary {
  return summarise(consistent(preferences), { seed: 1, pairs })
}

test('counts, win rate and standard error follow from the verdicts', () => {
  const summary = summaryOf(repeat({ wins: 60, ties: 20, losses: 20 }))
  assert.deepEqual([summary.wins, summary.ties, summary.losses, summary.n], [60, 20, 20, 100])
  assert.equal(summary.winRate, 70)
  assert.ok(Math.abs(summary.standardError! - 4.0202) < 1e-4)
  assert.ok(summary.interval.low > 60 && summary.interval.low < 65)
  assert.ok(summary.signTestP < 1e-5)
  assert.equal(summary.inconsistency, 0)
  assert.deepEqual(summary.warnings, [])
})

test('the verdict is the mean over both orders, and a judge that prefers a position is detected', () => {
  const judgements = Array.from({ length: 40 }, (_, i) => [
    judgement(`p${i}`, 1),
    judgement(`p${i}`, 0, true),
  ]).flat()
  assert.ok(verdicts(judgements).every((v) => v.preference === 0.5 && v.inconsistent === true))
  const { inconsistency, warnings } = summarise(judgements, { seed: 1 })
  assert.equal(inconsistency, 1)
  assert.match(
    warnings.join(' '),
    /changed its verdict with the order of the answers on 100.0% of the \d+ pairs/,
  )
})

test('pairs shown in one order only have no inconsistency', () => {
  const judgements = repeat({ wins: 3, losses: 2 }).map((p, i) => judgement(`p${i}`, p))
  assert.equal(summarise(judgements, { seed: 1 }).inconsistency, null)
})

test('swapping A and B mirrors everything', () => {
  const preferences = fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 1), { minLength: 2, maxLength: 50 })
  fc.assert(
    fc.property(preferences, (given) => {
      const one = summaryOf(given)
      const other = summaryOf(given.map((p) => 1 - p))
      assert.ok(Math.abs(other.winRate - (100 - one.winRate)) < 1e-9)
      assert.ok(Math.abs(other.interval.low - (100 - one.interval.high)) < 1e-9)
      assert.deepEqual([other.wins, other.ties, other.losses], [one.losses, one.ties, one.wins])
      assert.equal(other.signTestP, one.signTestP)
      assert.ok(Math.abs(other.standardError! - one.standardError!) < 1e-9)
    }),
    { numRuns: 25 },
  )
})

test('the order of judgements does not change counts or win rate', () => {
  const judgements = consistent(repeat({ wins: 12, ties: 3, losses: 5 }))
  const { wins, winRate } = summarise([...judgements].reverse(), { seed: 1 })
  assert.deepEqual([wins, winRate], [12, 67.5])
})

test('warnings say when prompts are too few, all verdicts are ties, or all are the same', () => {
  const cases: [number[], RegExp][] = [
    [repeat({ wins: 10, losses: 6 }), /16 prompts are too few/],
    [
      repeat({ wins: 55, losses: 45 }),
      /includes 50%.*100 prompts can detect a difference of 13\.\d points or more, with a power of 80% by a normal test and of 7\d% by the exact sign test.*about 78\d prompts/,
    ],
    [repeat({ ties: 50 }), /All 50 verdicts are ties/],
    [repeat({ wins: 60 }), /up to 5\.0 points away/],
    [repeat({ wins: 1 }), /All 1 verdicts are the same/],
  ]
  for (const [preferences, message] of cases) assert.match(summaryOf(preferences).warnings.join(' '), message)
})

test('a win explained by length is reported as such, and one that is not explained by it is not', () => {
  const preferences = repeat({ wins: 140, losses: 60 })
  const pairsWith = (lengthOfB: (i: number) => number): JudgePair[] =>
    preferences.map((_, i) => ({
      id: `p${i}`,
      item: `item${i}`,
      seed: null,
      prompt: [],
      context: '',
      outputA: { text: 'x'.repeat(100), ended: true },
      outputB: { text: 'x'.repeat(lengthOfB(i)), ended: true },
    }))
  const byLength = summaryOf(
    preferences,
    pairsWith((i) => ((preferences[i] === 1) === i % 9 > 0 ? 140 : 80) + (i % 11)),
  )
  assert.match(byLength.warnings.join(' '), /Length explains most of this result/)
  const byMerit = summaryOf(
    preferences,
    pairsWith((i) => 90 + ((i * 7) % 20)),
  )
  assert.ok(Math.abs(byMerit.lengthControlledWinRate! - 70) < 3)
  assert.deepEqual(byMerit.warnings, [])
})

test('where length decides every verdict, or lengths do not overlap, the controlled rate is withheld with a sentence', () => {
  const preferences = repeat({ wins: 140, losses: 60 })
  const summaryWith = (lengthOfB: (i: number) => number) =>
    summaryOf(
      preferences,
      preferences.map((_, i) => ({
        ...{ id: `p${i}`, item: `item${i}`, seed: null, prompt: [], context: '' },
        outputA: { text: 'x'.repeat(100), ended: true },
        outputB: { text: 'x'.repeat(lengthOfB(i)), ended: true },
      })),
    )
  const decided = summaryWith((i) => (preferences[i] === 1 ? 140 : 80) + (i % 11))
  assert.equal(decided.lengthControlledWinRate, null)
  assert.match(decided.warnings.join(' '), /decide all or nearly all verdicts.* is withheld/)
  const apart = summaryWith((i) => 150 + ((i * 7) % 20))
  assert.equal(apart.lengthControlledWinRate, null)
  assert.match(
    apart.warnings.join(' '),
    /None of the candidate's 200 answers is at least as short as .* withheld/,
  )
  const thin = summaryWith((i) => (i % 20 === 0 ? 90 : 110 + ((i * 7) % 20)))
  assert.ok(thin.lengthControlledWinRate !== null)
  assert.match(thin.warnings.join(' '), /Only 10 of 200 .* rests on few pairs/)
})

test('an empty list of judgements is an error, and two judges are never mixed', () => {
  assert.throws(() => summarise([], { seed: 1 }), { name: 'UserError', message: /no judgements/ })
  const mixed = [judgement('p', 1), { ...judgement('p', 0), judge: 'other' }]
  assert.throws(() => summarise(mixed, { seed: 1 }), /one judge at a time/)
})

/** The judged pairs of an experiment, with the item and the seed of each; their texts are equal. */
function pairsOf(judgements: readonly Judgement[]): JudgePair[] {
  const output = { text: '', ended: true }
  return judgements.map(({ pairId: id }) => {
    const [item, seed] = id.split('/') as [string, string]
    return { id, item, seed: Number(seed), prompt: [], context: '', outputA: output, outputB: output }
  })
}

/** One row per prompt, one column per seed; null for no verdict. */
function judgedBySeed(rows: readonly (readonly (number | null)[])[]): Judgement[] {
  return rows.flatMap((row, prompt) =>
    row.flatMap((preference, seed) =>
      preference === null ? [] : [judgement(`item${prompt}/${seed}`, preference)],
    ),
  )
}

test('with several seeds the interval is over prompts and seeds, not over that many more prompts', () => {
  const judged = (seeds: number) =>
    judgedBySeed(Array.from({ length: 60 }, (_, i) => Array(seeds).fill(i % 3 === 0 ? 0 : 1)))
  const width = ({ interval }: { interval: { low: number; high: number } }) => interval.high - interval.low
  const one = width(summarise(judged(1), { seed: 1 }))
  const same = width(summarise(judged(3), { seed: 1, pairs: pairsOf(judged(3)) }))
  const mistaken = width(summarise(judged(3), { seed: 1 }))
  // Three seeds that agree on every prompt give no more information than one.
  assert.ok(Math.abs(same - one) < 1.5, `${same} is not ${one}`)
  assert.ok(mistaken < 0.7 * one)
})

test('over seeds, standard error, sign test and detectable difference equal those of statsmodels and SciPy, clustered by prompt', () => {
  for (const { verdicts: rows, ...expected } of golden.clustered) {
    const judged = judgedBySeed(rows)
    const summary = summarise(judged, { seed: 1, pairs: pairsOf(judged) })
    assertClose(
      [summary.winRate, summary.standardError!],
      [expected.winRate, expected.standardError],
      'rate',
      {
        absolute: 1e-9,
      },
    )
    assertClose([summary.signTestP], [expected.p], 'p', { absolute: 1e-12 })
    assertClose([summary.smallestDetectableDifference!], [expected.difference], 'difference')
    assert.deepEqual([summary.n, summary.prompts], [judged.length, rows.length])
    assert.equal(summary.wins, judged.filter(({ preference }) => preference === 1).length)
  }
})

test('seeds that agree give the result of one seed, and seeds that contradict each other are a tie', () => {
  const row = repeat({ wins: 40, ties: 8, losses: 22 })
  const summaryOver = (verdictsOf: (x: number) => number[]) => {
    const judgements = judgedBySeed(row.map(verdictsOf))
    return summarise(judgements, { seed: 1, pairs: pairsOf(judgements) })
  }
  const one = summaryOver((x) => [x])
  const four = summaryOver((x) => [x, x, x, x])
  const sure = ({ standardError, signTestP, smallestDetectableDifference, winRate }: WinRateSummary) =>
    [standardError!, signTestP, smallestDetectableDifference!, winRate] as const
  assertClose(sure(four), sure(one), 'four seeds', { absolute: 1e-9 })
  assert.deepEqual([four.wins, four.n, four.prompts], [160, 280, 70])
  const against = summaryOver((x) => [x, 1 - x])
  assert.deepEqual([against.signTestP, against.standardError], [1, 0])
})

test('an interval over two or three seeds has a warning', () => {
  const over = (seeds: number) => {
    const judged = judgedBySeed(Array.from({ length: 60 }, (_, i) => Array(seeds).fill(i % 3 === 0 ? 0 : 1)))
    return summarise(judged, { seed: 1, pairs: pairsOf(judged) }).warnings.join(' ')
  }
  assert.match(over(2), /over 2 seeds/)
  assert.match(over(3), /over 3 seeds/)
  for (const seeds of [1, 4, 5]) assert.doesNotMatch(over(seeds), /seeds/)
})

test('with one seed a result is bit for bit the same as without seeds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 0.25, 0.5, 0.7, 1), { minLength: 1, maxLength: 60 }),
      (preferences) => {
        const judged = judgedBySeed(preferences.map((p) => [p]))
        const pairs = pairsOf(judged)
        const withoutSeeds = pairs.map(({ id, ...pair }) => ({ ...pair, id, item: id, seed: null }))
        assert.deepEqual(
          summarise(judged, { seed: 1, pairs }),
          summarise(judged, { seed: 1, pairs: withoutSeeds }),
        )
      },
    ),
    { numRuns: 20 },
  )
})

test('if a person judged few of the pairs, so that no prompt has every seed, the interval is over prompts', () => {
  const few = Array.from({ length: 40 }, (_, i) => [0, 1, 2].map((seed) => (seed === i % 3 ? i % 2 : null)))
  const judgements = judgedBySeed(few)
  const summary = summarise(judgements, { seed: 1, pairs: pairsOf(judgements) })
  const plain = summarise(judgements, { seed: 1 })
  assert.deepEqual(summary.interval, plain.interval)
})
