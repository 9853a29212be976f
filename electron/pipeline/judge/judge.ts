/**
 * Presents pairs to a judge: in which order and on which side each is shown, what is still to be judged, and how
 * replies become judgements. Sides and order come from a seed, so that judging can stop and resume anywhere.
 */
import assert from 'node:assert/strict'
import type { Judgement, JudgePair, Message, Output } from '../../contract/records.ts'
import type { CorpusScores } from '../../contract/report.ts'
import { permutation, uniforms } from '../../engine/random.ts'
import { chunksOf } from '../../engine/training/batch.ts'

/** A comparison as the judge sees it: nothing shows which output is A. */
export interface Question {
  pairId: string
  prompt: Message[]
  context: string
  first: Output
  second: Output
  /** Texts that the outputs are compared with, for a judge that does so. */
  references?: readonly string[] | undefined
}

export interface Reply {
  /** Probability that the second output is better: 0, ½ for a tie, 1, or between; null if the reply is not a verdict. */
  preferSecond: number | null
  /** The judge's own words; empty for programmatic judges. */
  rawReply: string
  elapsedMs: number
}

export interface Judge {
  /** Names the judge and its version in every judgement. */
  name: string
  /** Questions per call. */
  batchSize: number
  /** Maximum number of concurrent calls. */
  concurrency: number
  /** One reply per question, in the same order. */
  compare(questions: Question[], signal?: AbortSignal): Promise<Reply[]>
  /** A sentence on what judging these questions would cost. */
  costEstimate?(questions: readonly Question[]): string
  /** A sentence on what was used so far, and what could not be judged; null if there is nothing to say. */
  usageSummary?(): string | null
  /** The metric that it compares by, of all outputs on each side taken as one corpus; null if no pair has a reference. */
  corpusScores?(pairs: readonly JudgePair[]): CorpusScores | null
}

/** A judge's reply that is not a verdict: stored and counted, never interpreted. */
export interface Unread {
  pairId: string
  judge: string
  swapped: boolean
  rawReply: string
}

/** The outcome of some presentations. */
export interface JudgedBatch {
  judgements: Judgement[]
  unread: Unread[]
}

/** One showing of a pair; `swapped`: B is shown first. */
export interface Presentation {
  pair: JudgePair
  swapped: boolean
}

/**
 * What to show, in order. With `orders` 2 both orders of a pair follow each other; with 1, for people, one order is
 * drawn. It depends only on the seed and the pair's id, never on the other pairs.
 */
export function presentations(pairs: readonly JudgePair[], seed: number, orders: 1 | 2): Presentation[] {
  assert(
    new Set(pairs.map((pair) => pair.id)).size === pairs.length,
    'Pairs to judge must have distinct ids.',
  )
  const sequence = permutation({ seed, stream: 'judge/sequence' }, 0, pairs.length)
  return [...sequence].flatMap((index) => {
    const pair = pairs[index]!
    const swapped = uniforms({ seed, stream: `judge/side/${pair.id}` }, 0, 1)[0]! < 0.5
    return orders === 1
      ? [{ pair, swapped }]
      : [
          { pair, swapped },
          { pair, swapped: !swapped },
        ]
  })
}

/** A pair that is shown again comes after this many others. */
const repeatGap = 10

/** Which of the pairs a person is shown twice without being told: a share of them, drawn by the seed. */
export function repeatedPairs(pairs: readonly JudgePair[], seed: number, share: number): string[] {
  const drawn = permutation({ seed, stream: 'judge/repeats' }, 0, pairs.length)
  return [...drawn].slice(0, Math.round(share * pairs.length)).map((index) => pairs[index]!.id)
}

/** What a person is shown: each pair in one order, and later those in `repeated` again with their sides exchanged. */
export function blindPresentations(
  pairs: readonly JudgePair[],
  seed: number,
  repeated: readonly string[],
): Presentation[] {
  const once = presentations(pairs, seed, 1)
  const again = new Set(repeated)
  const repeatOf = (shown: Presentation | undefined) =>
    shown && again.has(shown.pair.id) ? [{ pair: shown.pair, swapped: !shown.swapped }] : []
  return [
    ...once.flatMap((shown, i) => [shown, ...repeatOf(once[i - repeatGap])]),
    ...once.slice(-repeatGap).flatMap((shown) => repeatOf(shown)),
  ]
}

/** The presentations that this judge has not answered yet. */
export function remaining(
  shown: readonly Presentation[],
  judge: string,
  already: readonly Pick<Judgement, 'pairId' | 'judge' | 'swapped'>[],
): Presentation[] {
  const key = (pairId: string, swapped: boolean) => `${swapped ? 'ba' : 'ab'} ${pairId}`
  const done = new Set(already.filter((j) => j.judge === judge).map((j) => key(j.pairId, j.swapped)))
  return shown.filter(({ pair, swapped }) => !done.has(key(pair.id, swapped)))
}

export function toQuestion({ pair, swapped }: Presentation): Question {
  const { id, prompt, context, outputA, outputB, references } = pair
  return {
    pairId: id,
    prompt,
    context,
    first: swapped ? outputB : outputA,
    second: swapped ? outputA : outputB,
    references,
  }
}

export function toJudgement(
  { pair, swapped }: Presentation,
  judge: string,
  { preferSecond, rawReply, elapsedMs }: Reply & { preferSecond: number },
): Judgement {
  assert(preferSecond >= 0 && preferSecond <= 1, `${judge} gave ${preferSecond}, which is not a probability.`)
  const preference = swapped ? 1 - preferSecond : preferSecond
  return { pairId: pair.id, judge, swapped, preference, elapsedMs, rawReply }
}

/**
 * Asks the judge for everything that is missing, both orders of each pair, and yields results as they arrive so that
 * the caller can store them. After an abort or a failed call no further call starts; those in flight are awaited, and
 * their results are yielded before the error is thrown.
 */
export async function* judgePairs(
  judge: Judge,
  pairs: readonly JudgePair[],
  options: {
    seed: number
    already?: readonly Pick<Judgement, 'pairId' | 'judge' | 'swapped'>[]
    signal?: AbortSignal
  },
): AsyncGenerator<JudgedBatch> {
  const { seed, already = [], signal } = options
  const missing = remaining(presentations(pairs, seed, 2), judge.name, already)
  const batches = chunksOf(missing, judge.batchSize)
  const inFlight = new Set<Promise<void>>()
  let arrived: JudgedBatch = { judgements: [], unread: [] }
  let failure: { error: unknown } | null = null
  const start = (batch: Presentation[]) => {
    const call = askBatch(judge, batch, signal)
      .then(
        ({ judgements, unread }) => {
          arrived.judgements.push(...judgements)
          arrived.unread.push(...unread)
        },
        (error) => {
          failure ??= { error }
        },
      )
      .finally(() => inFlight.delete(call))
    inFlight.add(call)
  }
  for (;;) {
    while (!failure && !signal?.aborted && batches.length > 0 && inFlight.size < judge.concurrency)
      start(batches.shift()!)
    if (inFlight.size === 0) break
    await Promise.race(inFlight)
    if (arrived.judgements.length + arrived.unread.length === 0) continue
    const batch = arrived
    arrived = { judgements: [], unread: [] }
    yield batch
  }
  if (batches.length > 0) signal?.throwIfAborted()
  if (failure) throw (failure as { error: unknown }).error
}

async function askBatch(judge: Judge, batch: Presentation[], signal?: AbortSignal): Promise<JudgedBatch> {
  const replies = await judge.compare(batch.map(toQuestion), signal)
  assert(replies.length === batch.length, `${judge.name} must give one reply per question.`)
  const judged: JudgedBatch = { judgements: [], unread: [] }
  for (const [i, shown] of batch.entries()) {
    const { preferSecond, ...reply } = replies[i]!
    const { pair, swapped } = shown
    if (preferSecond === null)
      judged.unread.push({ pairId: pair.id, judge: judge.name, swapped, rawReply: reply.rawReply })
    else judged.judgements.push(toJudgement(shown, judge.name, { preferSecond, ...reply }))
  }
  return judged
}
