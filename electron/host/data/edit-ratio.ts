/** How much of a response an edit changes, in words: what the meter of the editor shows. */
import { UserError } from '../../contract/errors.ts'
import { minimality } from '../../pipeline/annotate/minimality.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { encodeWords } from '../../pipeline/label/words.ts'

/** @returns null if the texts are too long to align */
export function editRatioOf(rejected: string, edited: string): number | null {
  const [before, after] = encodeWords(rejected, edited)
  try {
    return minimality(labelEncodings(before!, after!)).editRatio
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}
