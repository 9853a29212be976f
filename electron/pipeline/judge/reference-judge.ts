/**
 * A judge that cannot be flattered: the output that is nearer to a text of the item, its human edit or its chosen response,
 * wins. It reads nothing but that text.
 */
import type { ComparedTexts } from '../../contract/judge-kinds.ts'
import type { JudgePair } from '../../contract/records.ts'
import type { CorpusScores } from '../../contract/report.ts'
import {
  corpusScore,
  sentenceScore,
  type TextMetric,
  type TextMetricName,
  textMetrics,
} from '../../engine/statistics/text-metrics.ts'
import type { Judge, Question, Reply } from './judge.ts'
import { namedPairs, verdict } from './judges.ts'

/** Outputs whose scores differ by less, in points, tie. */
export const minScoreDifference = 0.5

/** What an item has not if the judge has nothing to compare with. */
export const missingText: Record<ComparedTexts, string> = {
  edited: 'no finished edit',
  chosen: 'no chosen response',
  either: 'no finished edit and no chosen response',
}

/**
 * Compares by the sentence metric, with `minScoreDifference`. A pair without a text to compare with gets no verdict.
 * Its name holds all that a verdict depends on besides the texts.
 */
export function referenceJudge(metric: TextMetricName, texts: ComparedTexts): Judge {
  const row: TextMetric = textMetrics[metric]
  const without = new Set<string>()
  return {
    name: `reference/${metric}/${texts}`,
    batchSize: 64,
    concurrency: 1,
    compare: async (questions) =>
      questions.map((question) => {
        const { references = [] } = question
        if (references.length > 0) return compared(row, question, references)
        without.add(question.pairId)
        return { preferSecond: null, rawReply: `The item has ${missingText[texts]}.`, elapsedMs: 0 }
      }),
    usageSummary: () => (without.size === 0 ? null : withoutSentence([...without], texts)),
    corpusScores: (pairs) => corpusScores(row, pairs),
  }
}

function compared(metric: TextMetric, { first, second }: Question, references: readonly string[]): Reply {
  const [one, other] = [first, second].map(({ text }) => sentenceScore(metric, text, references)) as [
    number,
    number,
  ]
  const gain = metric.better === 'higher' ? other - one : one - other
  return verdict(Math.abs(gain) < minScoreDifference ? 0 : gain)
}

function corpusScores(metric: TextMetric, pairs: readonly JudgePair[]): CorpusScores | null {
  const rows = pairs.flatMap(({ outputA, outputB, references = [] }) =>
    references.length === 0 ? [] : [{ outputA, outputB, references }],
  )
  if (rows.length === 0) return null
  const scoreOf = (side: 'outputA' | 'outputB') =>
    corpusScore(
      metric,
      rows.map((row) => ({ text: row[side].text, references: row.references })),
    )
  return {
    metric: metric.title,
    n: rows.length,
    reference: scoreOf('outputA'),
    candidate: scoreOf('outputB'),
  }
}

function withoutSentence(pairs: readonly string[], texts: ComparedTexts): string {
  const [who, have] =
    pairs.length === 1 ? ['1 pair', 'its item has'] : [`${pairs.length} pairs`, 'their items have']
  return `No verdict on ${who}, because ${have} ${missingText[texts]}: ${namedPairs(pairs)}.`
}
