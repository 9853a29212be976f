/** Token labels from an edit: kept tokens are 0, deleted ones -1, inserted ones +1. */
import type { PairLabels } from '../../contract/records.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { labelEncodings } from './label-encodings.ts'

/**
 * Labels the tokens of both responses under `tokenizer`. Exchanging the two texts flips the signs.
 * @throws UserError if the texts are too long to align
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
