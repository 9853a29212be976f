/** Replays the record of an annotator's edits, to compare it with the text that the editor had. */
import { UserError } from '../../../electron/contract/errors.ts'
import type { Annotation } from '../../../electron/contract/records.ts'

/**
 * Applies recorded operations to the text they started from.
 * @throws UserError if an operation doesn't fit the text at that point
 */
export function replay(original: string, operations: Annotation['operations']): string {
  return operations.reduce((text, { at, removed, inserted }, i) => {
    const end = at + removed.length
    if (at > text.length || text.slice(at, end) !== removed) {
      throw new UserError(
        'bad_input',
        `Operation ${i + 1} of ${operations.length} removes ${JSON.stringify(removed.slice(0, 40))} at character ` +
          `${at}, which isn't there. The record belongs to another text, or operations are missing.`,
      )
    }
    return text.slice(0, at) + inserted + text.slice(end)
  }, original)
}
