/** Judges that are functions: a known truth, length, a pattern, repetition, or a reward model's score. */

import type { Output } from '../../contract/records.ts'
import { repetition } from '../../engine/statistics/repetition.ts'
import type { Judge, Question, Reply } from './judge.ts'
import { type PatternLimits, patternMatcher } from './pattern-matcher.ts'
import { lengthOf } from './win-rate.ts'

/** Which of two outputs is better: below 0 the first, above 0 the second, 0 a tie. */
export type Comparison = (question: Question) => number

/** For judges that take no time. */
const instantly = { batchSize: 64, concurrency: 1 }

/** The reply of a judge whose comparison is certain. */
export function verdict(comparison: number): Reply {
  return { preferSecond: (Math.sign(comparison) + 1) / 2, rawReply: '', elapsedMs: 0 }
}

/** Judges by a comparison of the two outputs, such as the cost of their flaws in the sample world. */
export function comparisonJudge(name: string, compare: Comparison): Judge {
  return {
    name,
    ...instantly,
    compare: async (questions) => questions.map((question) => verdict(compare(question))),
  }
}

/** Prefers the output with more, or fewer, characters. Shows how much of a result is explained by length alone. */
export function lengthJudge(prefer: 'longer' | 'shorter'): Judge {
  const sign = prefer === 'longer' ? 1 : -1
  return comparisonJudge(
    `length/${prefer}`,
    (question) => sign * (lengthOf(question.second.text) - lengthOf(question.first.text)),
  )
}

/** Prefers the output that matches `pattern`, or with `prefer` 'unmatched' the one that does not; otherwise a tie. */
export function patternJudge(
  pattern: RegExp,
  prefer: 'matched' | 'unmatched' = 'matched',
  limits?: PatternLimits,
): Judge {
  const sign = prefer === 'matched' ? 1 : -1
  const matching = patternMatcher(pattern, limits)
  return {
    name: `pattern/${prefer}/${pattern}`,
    ...instantly,
    async compare(questions) {
      const matches = await matching(questions.flatMap(({ first, second }) => [first.text, second.text]))
      return questions.map((_, i) => verdict(sign * (Number(matches[2 * i + 1]) - Number(matches[2 * i]))))
    },
  }
}

/**
 * Prefers the output with the smaller share of repeated 4-grams of words, ignoring case; equal shares tie. Shows whether
 * a policy repeats itself.
 */
export function repetitionJudge(): Judge {
  const shareOf = (text: string) => repetition(text.toLowerCase().match(/\S+/g) ?? [])
  return comparisonJudge('repetition', ({ first, second }) => shareOf(first.text) - shareOf(second.text))
}

export interface ToScore {
  question: Question
  text: string
}

/**
 * Prefers the output with the higher score. All outputs of a batch are scored in one call, and each text of a pair once.
 * A pair with an output that cannot be scored gets no verdict; the others do.
 *
 * @param score gives one score per entry, higher is better; null for an entry that is too long
 */
export function scoreJudge(name: string, score: (entries: ToScore[]) => Promise<(number | null)[]>): Judge {
  const tooLong = new Set<string>()
  const keyOf = ({ question, text }: ToScore) => JSON.stringify([question.pairId, text])
  return {
    name,
    ...instantly,
    async compare(questions) {
      const entries = questions.flatMap((question) => [
        { question, text: question.first.text },
        { question, text: question.second.text },
      ])
      const distinct = new Map(entries.map((entry) => [keyOf(entry), entry]))
      const scores = await score([...distinct.values()])
      const scoreOf = new Map([...distinct.keys()].map((key, i) => [key, scores[i]!]))
      return questions.map((question) => {
        const scoreOfOutput = ({ text }: Output) => scoreOf.get(keyOf({ question, text }))!
        const [first, second] = [scoreOfOutput(question.first), scoreOfOutput(question.second)]
        if (first !== null && second !== null) return verdict(second - first)
        tooLong.add(question.pairId)
        return { preferSecond: null, rawReply: tooLongReply(first, second), elapsedMs: 0 }
      })
    },
    usageSummary: () => (tooLong.size === 0 ? null : tooLongSentence([...tooLong])),
  }
}

function tooLongReply(first: number | null, second: number | null): string {
  const which =
    first === null ? (second === null ? 'Both answers are' : 'The first answer is') : 'The second answer is'
  return `${which} too long for the reward model's context, together with the prompt.`
}

const maxNamed = 5

/** The first ids of a list, for a message. */
export function namedPairs(ids: readonly string[]): string {
  const more = ids.length > maxNamed ? ` and ${ids.length - maxNamed} more` : ''
  return `${ids.slice(0, maxNamed).join(', ')}${more}`
}

function tooLongSentence(pairs: readonly string[]): string {
  const count = pairs.length === 1 ? '1 pair has' : `${pairs.length} pairs have`
  return `${count} no verdict, because an answer and its prompt are longer than the reward model's context: ${namedPairs(pairs)}. Shorten the answers, or lower --max-query-tokens.`
}
