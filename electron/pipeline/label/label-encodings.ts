/** Labels of two texts that are already split into tokens or words: the core of `labels.ts`, and what the editor draws. */
import type { TokenLabels } from '../../contract/records.ts'
import type { Encoding } from '../../engine/tokenizer/encoding.ts'
import { align } from './align.ts'

/** Both texts with a label for each token or word. @throws UserError if they are too long to align */
export function labelEncodings(
  rejected: Encoding,
  edited: Encoding,
): { rejected: TokenLabels; edited: TokenLabels } {
  const rejectedLabels = new Array<number>(rejected.ids.length).fill(0)
  const editedLabels = new Array<number>(edited.ids.length).fill(0)
  for (const hunk of align(rejected.ids, edited.ids).hunks) {
    rejectedLabels.fill(-1, hunk.rejectedStart, hunk.rejectedEnd)
    editedLabels.fill(1, hunk.editedStart, hunk.editedEnd)
  }
  return {
    rejected: { ...rejected, labels: rejectedLabels },
    edited: { ...edited, labels: editedLabels },
  }
}
