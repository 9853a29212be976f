/**
 * Token labels from an edit: what the annotator left standing is 0, what they took out -1, what they put in
 * +1.
 */
import type { PairLabels } from '../../contract/records.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { labelEncodings } from './label-encodings.ts'

/**
 * Labels the tokens of both responses under `tokenizer`. Exchanging the two texts flips the signs.
 * @throws UserError where the texts are too long to align
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
