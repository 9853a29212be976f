/** Summarises judgements: counts, win rate, uncertainty, and warnings in plain sentences. */
import assert from 'node:assert/strict'
import { UserError } from '../../contract/errors.ts'
import { seedWarnings } from '../../contract/evidence.ts'
import type { Judgement, JudgePair } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import { outcomeOf } from './agreement.ts'
import { bootstrapPercent } from './bootstrap.ts'
import { byPrompt, originsOf, preferencesBySeed } from './by-prompt.ts'
import { type LengthControl, lengthControl } from './length-control.ts'
import { promptsNeeded, type Spread, smallestDetectableDifference, spreadOf } from './power.ts'
import { signTest, signTestPower } from './sign-test.ts'
import { type StyledPair, styleControl } from './style-control.ts'
import { type Verdict, verdicts } from './verdicts.ts'
import { lengthOf, mean, winRateByPrompt } from './win-rate.ts'

type Unwarned = Omit<WinRateSummary, 'warnings'> & { prompts: number }

const maxInconsistency = 0.2
const minPrompts = 30

function points(value: number): string {
  return value.toFixed(1)
}

/** The power that the exact sign test has at the smallest detectable difference; nothing if it can't be reached. */
function signTestNote(
  { prompts, smallestDetectableDifference }: Pick<Unwarned, 'prompts' | 'smallestDetectableDifference'>,
  untied: number,
): string {
  const winShare = 0.5 + ((smallestDetectableDifference ?? 0) / 100) * (prompts / untied)
  if (untied === 0 || winShare >= 1) return ''
  return ` and of ${Math.round(100 * signTestPower(untied, winShare))}% by the exact sign test`
}

/** @param untied prompts that one side won */
function sampleWarnings(summary: Unwarned, spread: Spread, untied: number): string[] {
  const { n, prompts, ties, winRate, interval, smallestDetectableDifference } = summary
  if (ties === n) return [`All ${n} verdicts are ties: this judge sees no difference between the two sides.`]
  if (interval.low === interval.high) {
    return [
      `All ${n} verdicts are the same, so the interval has zero width; the true rate may still be up to ${points(Math.min(100, 300 / prompts))} points away (rule of three).`,
    ]
  }
  if (prompts < minPrompts)
    return [`${prompts} prompts are too few for a reliable interval; judge at least 100.`]
  if (interval.low > 50 || interval.high < 50) return []
  const distance = Math.abs(winRate - 50)
  const needed = distance < 0.5 ? null : promptsNeeded(distance, spread)
  return [
    `The interval includes 50%: this does not show which side is better. ${
      smallestDetectableDifference === null
        ? 'With this many ties no difference can be detected.'
        : `${prompts} prompts can detect a difference of ${points(smallestDetectableDifference)} points or more, with a power of 80% by a normal test${signTestNote(summary, untied)}.`
    }${needed === null ? '' : ` Detecting a difference as small as this one takes about ${needed} prompts.`}`,
  ]
}

function unreadWarnings({ unread }: Unwarned): string[] {
  if (unread === 0) return []
  return [
    `${unread} ${unread === 1 ? 'reply of the judge was not a verdict and is' : 'replies of the judge were not verdicts and are'} left out.`,
  ]
}

/** Of fewer pairs a share says nothing: a person sees one in ten twice. */
const fewestShownTwice = 10

function consistencyWarnings({ inconsistency }: Unwarned, shownTwice: number): string[] {
  if (inconsistency === null || inconsistency <= maxInconsistency || shownTwice < fewestShownTwice) return []
  return [
    `The judge changed its verdict with the order of the answers on ${points(100 * inconsistency)}% of the ${shownTwice} pairs that it judged in both.`,
  ]
}

/** Length explains a win if at least half of its distance from 50 is due to the difference in length. */
function lengthWarnings(summary: Unwarned): string[] {
  const { winRate, interval, lengthControlledWinRate: controlled } = summary
  const clear = interval.low > 50 || interval.high < 50
  if (controlled === null || !clear || (controlled - 50) / (winRate - 50) > 0.5) return []
  return [
    `Length explains most of this result: if both answers were equally long, the win rate would be ${points(controlled)}% instead of ${points(winRate)}%.`,
  ]
}

/** The judged pairs with their texts. */
function styledPairs(judged: readonly Verdict[], pairs: readonly JudgePair[]): StyledPair[] {
  const byId = new Map(pairs.map((pair) => [pair.id, pair]))
  return judged.flatMap(({ pairId, preference }) => {
    const pair = byId.get(pairId)
    return pair ? [{ preference, reference: pair.outputA.text, candidate: pair.outputB.text }] : []
  })
}

function controlledRate(styled: readonly StyledPair[]): LengthControl {
  const rows = styled.map(({ preference, reference, candidate }) => ({
    preference,
    referenceLength: lengthOf(reference),
    modelLength: lengthOf(candidate),
  }))
  return rows.length === 0 ? { rate: null, sentence: null } : lengthControl(rows)
}

/** Each prompt's mean over its seeds. */
function overSeeds(prompts: readonly Verdict[][], of: (preference: number) => number): number[] {
  return prompts.map((own) => mean(own.map(({ preference }) => of(preference))))
}

const scores = { win: 1, tie: 0.5, loss: 0 }

function count(preferences: readonly number[]) {
  const outcomes = preferences.map(outcomeOf)
  const of = (outcome: string) => outcomes.filter((each) => each === outcome).length
  return { wins: of('win'), ties: of('tie'), losses: of('loss') }
}

/**
 * Summary of one judge's judgements of B against A. Wins, ties and losses count pairs. All measures of uncertainty count
 * prompts: a prompt judged for several seeds is one observation, the mean of its verdicts.
 *
 * @param options.seed draws the bootstrap's resamples
 * @param options.pairs the judged pairs: those that answer the same item are one observation, and lengths are compared;
 *   if omitted, every pair counts as a separate prompt and lengths are not compared
 * @param options.unread number of replies that were not a verdict
 */
export function summarise(
  judgements: readonly Judgement[],
  options: { seed: number; pairs?: readonly JudgePair[]; unread?: number },
): WinRateSummary {
  const { unread = 0, pairs } = options
  if (judgements.length === 0) {
    const message =
      unread > 0
        ? `None of the judge's ${unread} replies was a verdict. They are stored unchanged; use another judge.`
        : 'There are no judgements to summarise. Judge some pairs first.'
    throw new UserError('bad_input', message)
  }
  assert(new Set(judgements.map((j) => j.judge)).size === 1, 'A summary is of one judge at a time.')
  const judged = verdicts(judgements)
  const originOf = originsOf(pairs ?? [])
  const prompts = byPrompt(judged, originOf)
  const spread = spreadOf(overSeeds(prompts, (preference) => scores[outcomeOf(preference)]))
  const { wins, losses } = count(overSeeds(prompts, (preference) => preference))
  const shownTwice = judged.filter((verdict) => verdict.inconsistent !== null)
  const styled = styledPairs(judged, pairs ?? [])
  const controlled = pairs ? controlledRate(styled) : null
  const style = styled.length > 0 ? styleControl(styled) : null
  const summary = {
    ...count(judged.map(({ preference }) => preference)),
    n: judged.length,
    prompts: prompts.length,
    unread,
    ...winRateByPrompt(prompts.map((own) => own.map(({ preference }) => preference))),
    interval: bootstrapPercent(preferencesBySeed(judged, originOf), {
      seed: options.seed,
      stream: 'judge/bootstrap',
    }),
    signTestP: signTest(wins, losses),
    inconsistency:
      shownTwice.length === 0 ? null : shownTwice.filter((v) => v.inconsistent).length / shownTwice.length,
    smallestDetectableDifference: smallestDetectableDifference(prompts.length, spread),
    lengthControlledWinRate: controlled?.rate ?? null,
    styleControlledWinRate: style?.rate ?? null,
  }
  const warnings = [
    ...unreadWarnings(summary),
    ...sampleWarnings(summary, spread, wins + losses),
    ...seedWarnings(new Set(judged.map(({ pairId }) => originOf(pairId).seed)).size),
    ...consistencyWarnings(summary, shownTwice.length),
    ...lengthWarnings(summary),
    ...(controlled?.sentence ? [controlled.sentence] : []),
    ...(style?.sentence ? [style.sentence] : []),
  ]
  return { ...summary, warnings }
}
