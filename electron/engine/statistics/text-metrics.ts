/**
 * Metrics that compare a text with reference texts, in one table. Each sums counts over sentences, so that the score of a
 * corpus is not a mean of sentence scores.
 */
import { bleuCounts, bleuScore } from './bleu.ts'
import { chrfCounts, chrfScore } from './chrf.ts'
import { terCounts, terScore } from './ter.ts'

export interface TextMetric {
  /** As publications name it. */
  title: string
  better: 'higher' | 'lower'
  /** @param references at least one; the nearest counts */
  counts(text: string, references: readonly string[]): number[]
  /** Percent. @param counts of one sentence, or summed over a corpus */
  score(counts: readonly number[], level: 'sentence' | 'corpus'): number
}

export const textMetrics = {
  chrf: { title: 'chrF2', better: 'higher', counts: chrfCounts, score: (counts) => chrfScore(counts) },
  ter: { title: 'TER', better: 'lower', counts: terCounts, score: (counts) => terScore(counts) },
  bleu: { title: 'BLEU', better: 'higher', counts: bleuCounts, score: bleuScore },
  /** Equal to a reference, apart from white space at both ends. */
  exact: {
    title: 'exact match',
    better: 'higher',
    counts: (text, references) => [Number(references.some((other) => other.trim() === text.trim())), 1],
    score: ([equal = 0, all = 1]) => (100 * equal) / all,
  },
} satisfies Record<string, TextMetric>

export type TextMetricName = keyof typeof textMetrics

export function sentenceScore(metric: TextMetric, text: string, references: readonly string[]): number {
  return metric.score(metric.counts(text, references), 'sentence')
}

/** @param rows at least one */
export function corpusScore(
  metric: TextMetric,
  rows: readonly { text: string; references: readonly string[] }[],
): number {
  const sums: number[] = []
  for (const { text, references } of rows) {
    metric.counts(text, references).forEach((count, i) => {
      sums[i] = (sums[i] ?? 0) + count
    })
  }
  return metric.score(sums, 'corpus')
}
