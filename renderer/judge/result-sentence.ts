/** What a comparison found, as one sentence with its figures set apart. */
import type { EvaluationRecord } from '../../electron/contract/judge.ts'

export interface SentencePart {
  text: string
  isFigure: boolean
}

type Found = Pick<EvaluationRecord, 'candidate' | 'reference'> & {
  summary: Pick<NonNullable<EvaluationRecord['summary']>, 'winRate' | 'interval'>
}

/** How the two sides are called: in a blind comparison of edits neither is a model. */
export function sidesOf({ candidate, reference }: Pick<EvaluationRecord, 'candidate' | 'reference'>): {
  candidate: string
  reference: string
} {
  return {
    candidate: candidate === null ? 'The edit' : shortName(candidate),
    reference: reference === null ? 'the original' : shortName(reference),
  }
}

/** A model's name, or that of a folder or file of outputs without the folders it lies in. */
export function shortName(side: string): string {
  const name = side.split(/[\\/]/).at(-1) ?? side
  return /[\\/]/.test(side) ? name.replace(/\.(jsonl?|gguf)$/i, '') || side : side
}

/** The interval decides about the words: no side is said to be better if it includes one half. */
export function resultSentence(found: Found): SentencePart[] {
  const { winRate, interval } = found.summary
  const { candidate, reference } = sidesOf(found)
  const rate = `${winRate.toFixed(1)}%`
  if (interval.low > 50) return parts([`${candidate} beats ${reference} in `, rate, ' of pairs.'])
  if (interval.high < 50) return parts([`${candidate} loses to ${reference}: it wins `, rate, ' of pairs.'])
  return parts([
    `${candidate} wins `,
    rate,
    ` of pairs against ${reference}: no difference is shown at this size.`,
  ])
}

/** @param texts every second one is a figure */
export function parts(texts: readonly string[]): SentencePart[] {
  return texts.map((text, i) => ({ text, isFigure: i % 2 === 1 }))
}
