/** Token labels from an edit: kept tokens are 0, deleted ones -1, inserted ones +1. */
import type { PairLabels } from '../../contract/records.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { TooLongToAlign } from './align.ts'
import { labelEncodings } from './label-encodings.ts'

/**
 * Labels the tokens of both responses under `tokenizer`. Exchanging the two texts flips the signs.
 * @throws TooLongToAlign
 */
export function labelPair(
  tokenizer: Tokenizer,
  itemId: string,
  rejected: string,
  edited: string,
): PairLabels {
  const encodings = [tokenizer.encodeWithOffsets(rejected), tokenizer.encodeWithOffsets(edited)] as const
  return { itemId, tokenizerHash: tokenizer.hash, ...labelEncodings(...encodings) }
}

/** The labels of one of many pairs: null if its texts are too long to align, so that the others are still labelled. */
export function labelsUnlessTooLong<Labels>(label: () => Labels): Labels | null {
  try {
    return label()
  } catch (error) {
    if (error instanceof TooLongToAlign) return null
    throw error
  }
}
