import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { Judgement, JudgePair } from '../../../electron/contract/records.ts'
import {
  blindPresentations,
  type Judge,
  type JudgedBatch,
  judgePairs,
  presentations,
  type Question,
  remaining,
  repeatedPairs,
  type Unread,
} from '../../../electron/pipeline/judge/judge.ts'
import {
  comparisonJudge,
  lengthJudge,
  patternJudge,
  repetitionJudge,
  scoreJudge,
} from '../../../electron/pipeline/judge/judges.ts'
import { programmaticJudge } from '../../../electron/pipeline/judge/programmatic-judge.ts'

function pairOf(id: string, outputA: string, outputB: string): JudgePair {
  const outputOf = (text: string) => ({ text, ended: true })
  return {
    id,
    item: id,
    seed: null,
    prompt: [{ role: 'user', content: `question ${id}` }],
    context: '',
    outputA: outputOf(outputA),
    outputB: outputOf(outputB),
  }
}

const pairs = Array.from({ length: 20 }, (_, i) => pairOf(`p${i}`, 'a'.repeat(i), 'b'.repeat(10)))

async function judgeAll(
  judge: Judge,
  given: JudgePair[],
  options: { seed?: number; already?: Judgement[] } = {},
): Promise<Judgement[]> {
  const judgements: Judgement[] = []
  for await (const batch of judgePairs(judge, given, { seed: 1, ...options }))
    judgements.push(...batch.judgements)
  return judgements
}

/** Preferences for B of the judgements that showed A first. */
async function unswapped(judge: Judge, given: JudgePair[]): Promise<number[]> {
  const judgements = await judgeAll(judge, given)
  return given.map(({ id }) => judgements.find((j) => j.pairId === id && !j.swapped)!.preference)
}

test('every pair is judged once in each order, and preferences are for B whichever was first', async () => {
  const judgements = await judgeAll(lengthJudge('longer'), pairs)
  assert.equal(judgements.length, 40)
  for (const [i, { id }] of pairs.entries()) {
    const both = judgements.filter((j) => j.pairId === id)
    assert.deepEqual(both.map((j) => j.swapped).sort(), [false, true])
    const expected = i < 10 ? 1 : i === 10 ? 0.5 : 0
    assert.deepEqual(
      both.map((j) => j.preference),
      [expected, expected],
    )
  }
})

test('without repeats a person is shown each pair once, and a repeat follows its pair with the sides exchanged', () => {
  assert.deepEqual(blindPresentations(pairs, 4, []), presentations(pairs, 4, 1))
  const repeated = repeatedPairs(pairs, 4, 0.3)
  assert.equal(new Set(repeated).size, 6)
  const shown = blindPresentations(pairs, 4, repeated)
  assert.equal(shown.length, 26)
  for (const id of repeated) {
    const [first, second] = shown.filter(({ pair }) => pair.id === id)
    assert.equal(first!.swapped, !second!.swapped)
  }
  const once = shown.filter(({ pair }, i) => shown.findIndex((other) => other.pair.id === pair.id) === i)
  assert.deepEqual(once, presentations(pairs, 4, 1))
})

test('judging resumes where it stopped: nothing is requested twice, nothing is missing', async () => {
  const asked: string[] = []
  const judge = comparisonJudge('truth', ({ pairId, first }) => {
    asked.push(`${pairId}:${first.text}`)
    return 1
  })
  const whole = await judgeAll(judge, pairs)
  asked.length = 0
  const rest = await judgeAll({ ...judge, batchSize: 4 }, pairs, { already: whole.slice(0, 13) })
  assert.equal(asked.length, 27)
  assert.deepEqual([...whole.slice(0, 13), ...rest], whole)
})

test("another judge's judgements do not count", async () => {
  const other = await judgeAll(lengthJudge('longer'), pairs)
  assert.equal((await judgeAll(lengthJudge('shorter'), pairs, { already: other })).length, 40)
})

test('a reply that is not a verdict is kept unchanged, and not requested again', async () => {
  const babbling: Judge = {
    name: 'babbling',
    batchSize: 3,
    concurrency: 4,
    compare: async (questions) =>
      questions.map(({ pairId }) =>
        pairId === 'p3'
          ? { preferSecond: null, rawReply: 'Well…', elapsedMs: 2 }
          : { preferSecond: 0.5, rawReply: 'tie', elapsedMs: 2 },
      ),
  }
  const judgements: Judgement[] = []
  const unread: Unread[] = []
  for await (const batch of judgePairs(babbling, pairs, { seed: 1 })) {
    judgements.push(...batch.judgements)
    unread.push(...batch.unread)
  }
  assert.equal(judgements.length, 38)
  assert.deepEqual(
    unread.map(({ pairId, rawReply }) => [pairId, rawReply]),
    [
      ['p3', 'Well…'],
      ['p3', 'Well…'],
    ],
  )
  assert.deepEqual(remaining(presentations(pairs, 1, 2), 'babbling', [...judgements, ...unread]), [])
})

test('as many calls as the judge allows are in flight, and their results are kept if one fails', async () => {
  let underWay = 0
  let most = 0
  const judge: Judge = {
    name: 'failing',
    batchSize: 1,
    concurrency: 5,
    async compare([question]) {
      most = Math.max(most, ++underWay)
      await sleep(question!.pairId === 'p3' ? 1 : 5)
      underWay--
      if (question!.pairId === 'p3') throw new Error('no more')
      return [{ preferSecond: 1, rawReply: '', elapsedMs: 0 }]
    },
  }
  const kept: Judgement[] = []
  const run = async () => {
    for await (const { judgements } of judgePairs(judge, pairs, { seed: 1 })) kept.push(...judgements)
  }
  await assert.rejects(run, /no more/)
  const before = presentations(pairs, 1, 2).findIndex(({ pair }) => pair.id === 'p3')
  assert.equal(most, Math.min(5, before + 5))
  assert.ok(kept.length >= before, `${kept.length} kept of ${before} asked before the failure`)
  assert.equal(underWay, 0)
})

test('sides and order come from the seed, both sides occur, and adding pairs changes no side', () => {
  const shown = presentations(pairs, 9, 1)
  assert.deepEqual(presentations(pairs, 9, 1), shown)
  assert.notDeepEqual(presentations(pairs, 10, 1), shown)
  const swapped = shown.filter((s) => s.swapped).length
  assert.ok(swapped > 3 && swapped < 17, `${swapped} of 20`)
  const sideOf = new Map(
    presentations([...pairs, pairOf('new', '', '')], 9, 1).map((s) => [s.pair.id, s.swapped]),
  )
  for (const { pair, swapped: side } of shown) assert.equal(sideOf.get(pair.id), side)
})

test('two pairs with one id are refused', () => {
  assert.throws(() => presentations([pairs[0]!, pairs[0]!], 1, 2), /distinct ids/)
})

test('an abort stops judging between batches and keeps the results so far', async () => {
  const controller = new AbortController()
  const made: Judgement[] = []
  const run = async () => {
    const judge = { ...lengthJudge('longer'), batchSize: 6 }
    for await (const { judgements } of judgePairs(judge, pairs, { seed: 1, signal: controller.signal })) {
      made.push(...judgements)
      controller.abort()
    }
  }
  await assert.rejects(run, { name: 'AbortError' })
  assert.equal(made.length, 6)
})

test('the length judge counts characters, not code units', async () => {
  assert.deepEqual(await unswapped(lengthJudge('longer'), [pairOf('p', '🙂🙂', 'abc')]), [1])
  assert.deepEqual(await unswapped(lengthJudge('shorter'), [pairOf('p', '🙂🙂', 'abc')]), [0])
})

test('the pattern judge prefers the match and ties otherwise, and a global pattern keeps no state', async () => {
  const given = [
    pairOf('1', 'no', 'yes'),
    pairOf('2', 'yes', 'no'),
    pairOf('3', 'yes', 'yes'),
    pairOf('4', '', ''),
  ]
  assert.deepEqual(await unswapped(patternJudge(/yes/g), given), [1, 0, 0.5, 0.5])
  assert.deepEqual(await unswapped(patternJudge(/yes/, 'unmatched'), given), [0, 1, 0.5, 0.5])
  assert.notEqual(patternJudge(/yes/).name, patternJudge(/yes/i).name)
})

test('a pattern that would search for years is stopped, with what to write instead, and other work continues', async () => {
  const limits = { baseMs: 1500, perMillionMs: 1000 }
  const judge = patternJudge(/(a+)+$/, 'matched', limits)
  let turns = 0
  const turn = setInterval(() => turns++, 20)
  const began = performance.now()
  const message =
    /^The pattern \/\(a\+\)\+\$\/ needs more than 2 s for 2 texts, so it was stopped\. Write it without/
  await assert.rejects(judge.compare([questionOf(`${'a'.repeat(60)}!`, 'b')]), { code: 'bad_input', message })
  clearInterval(turn)
  assert.ok(performance.now() - began < 6000)
  assert.ok(turns > 20, `${turns} turns of other work`)
  const { preferSecond } = (await judge.compare([questionOf('b', 'a')]))[0]!
  assert.equal(preferSecond, 1, 'the judge still works')
})

function questionOf(first: string, second: string): Question {
  const output = (text: string) => ({ text, ended: true })
  return { pairId: 'p', prompt: [], context: '', first: output(first), second: output(second) }
}

test('the repetition judge prefers the output that repeats fewer 4-grams of words, and ties otherwise', async () => {
  const once = 'The ferry to Rum leaves at nine, and the one to Eigg at ten.'
  const twice = `${once} the ferry to Rum leaves at nine`
  const given = [
    pairOf('more', once, twice),
    pairOf('less', twice, once),
    pairOf('neither', once, 'Nine o’clock.'),
    pairOf('much more', twice, `${'The same again, and '.repeat(8)}again`),
    pairOf('short', 'no no no', ''),
  ]
  assert.deepEqual(await unswapped(repetitionJudge(), given), [0, 1, 0.5, 0, 0.5])
})

test("the sample world's judge sees which of two equal texts was cut off", async () => {
  const content = 'i am ivy. for orrow, i need the fare and the buns.'
  const text = 'good day, ivy.'
  const pair: JudgePair = {
    ...pairOf('p', text, text),
    prompt: [{ role: 'user', content }],
    outputA: { text, ended: false },
  }
  assert.deepEqual(await unswapped(programmaticJudge({ kind: 'world' }), [pair]), [1])
  const both = { ...pair, outputA: pair.outputB }
  assert.deepEqual(await unswapped(programmaticJudge({ kind: 'world' }), [both]), [0.5])
})

test('the score judge scores each text of a batch once and prefers the higher score', async () => {
  const scored: string[] = []
  const judge = scoreJudge('gold', async (entries) => {
    scored.push(...entries.map(({ question, text }) => `${question.pairId}:${text}`))
    return entries.map(({ text }) => text.length)
  })
  const judgements = await judgeAll(judge, pairs)
  assert.equal(scored.length, 40)
  assert.equal(new Set(scored).size, 40)
  const byLength = await judgeAll(lengthJudge('longer'), pairs)
  assert.deepEqual(
    judgements.map((j) => j.preference),
    byLength.map((j) => j.preference),
  )
})

test('an output that is too long to score leaves its pair without a verdict, named, and no other', async () => {
  const judge = scoreJudge('gold', async (entries) =>
    entries.map(({ text }) => (text.length > 20 ? null : text.length)),
  )
  assert.equal(judge.usageSummary!(), null)
  const long = [pairOf('long', 'a'.repeat(21), 'b'), pairOf('both', 'a'.repeat(21), 'b'.repeat(30))]
  const fine = pairOf('fine', 'aa', 'b')
  const judged: JudgedBatch = { judgements: [], unread: [] }
  for await (const batch of judgePairs(judge, [...long, fine], { seed: 1 })) {
    judged.judgements.push(...batch.judgements)
    judged.unread.push(...batch.unread)
  }
  assert.deepEqual(
    judged.judgements.map(({ pairId, preference }) => [pairId, preference]),
    [
      ['fine', 0],
      ['fine', 0],
    ],
  )
  const replies = judged.unread.map(({ pairId, swapped, rawReply }) => [
    pairId,
    swapped,
    rawReply.slice(0, 10),
  ])
  assert.deepEqual(replies.sort(), [
    ['both', false, 'Both answe'],
    ['both', true, 'Both answe'],
    ['long', false, 'The first '],
    ['long', true, 'The second'],
  ])
  assert.match(
    judge.usageSummary!()!,
    /^2 pairs have no verdict, because .* (long, both|both, long)\. Shorten/,
  )
})

test('a programmatic judge never contradicts itself in the other order', async () => {
  const judges = [lengthJudge('shorter'), patternJudge(/[a-m]/), repetitionJudge()]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 8 }), async (texts) => {
      const given = texts.map(([a, b], i) => pairOf(String(i), a, b))
      for (const judge of judges) {
        const judgements = await judgeAll(judge, given)
        for (const { id } of given) {
          const [one, other] = judgements.filter((j) => j.pairId === id)
          assert.equal(one!.preference, other!.preference)
        }
      }
    }),
    { numRuns: 30 },
  )
})
