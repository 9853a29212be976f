/** Sentences about a comparison that the command line, the page and the report all show. */
import type { CorpusScores } from './report.ts'

/** Both sides' metric against the items' texts, each side's outputs taken as one corpus. */
export function corpusSentence({ metric, n, reference, candidate }: CorpusScores): string {
  return `${metric} against the items' texts, ${n} pairs as one corpus: candidate ${candidate.toFixed(1)}, reference ${reference.toFixed(1)}.`
}
