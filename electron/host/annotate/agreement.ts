/** Agreement of two annotators: on the words of the rejected response, whether each was changed. */
import type { annotate } from '../../contract/annotate.ts'
import type { InputOf, ResultOf } from '../../contract/verbs.ts'
import { krippendorffAlpha } from '../../pipeline/annotate/agreement.ts'
import { labelEncodings } from '../../pipeline/label/label-encodings.ts'
import { encodeWords } from '../../pipeline/label/words.ts'
import { type Db, editsOfBoth } from '../../storage/index.ts'

type Query = Pick<InputOf<typeof annotate.agreement>, 'first' | 'second'>
type Agreement = ResultOf<typeof annotate.agreement>

/** Over all items that both have finished; those with the least agreement come first. */
export function agreementOf(db: Db, { first, second }: Query): Agreement {
  const items: Agreement['items'] = []
  const labels: [number[], number[]] = [[], []]
  for (const { item, ...edited } of editsOfBoth(db, first, second)) {
    const { rejected } = item
    if (rejected === null) continue
    const ofFirst = changedWords(rejected, edited.first)
    const ofSecond = changedWords(rejected, edited.second)
    labels[0].push(...ofFirst)
    labels[1].push(...ofSecond)
    items.push({
      id: item.id,
      prompt: item.prompt.at(-1)!.content,
      rejected,
      first: edited.first,
      second: edited.second,
      agreement: shareEqual(ofFirst, ofSecond),
    })
  }
  return { alpha: krippendorffAlpha(...labels), items: items.sort((a, b) => a.agreement - b.agreement) }
}

/** @returns a label per word of the rejected response: 0 kept, −1 changed */
function changedWords(rejected: string, edited: string): number[] {
  const [before, after] = encodeWords(rejected, edited)
  return labelEncodings(before!, after!).rejected.labels
}

function shareEqual(a: readonly number[], b: readonly number[]): number {
  return a.length === 0 ? 1 : a.filter((label, i) => label === b[i]).length / a.length
}
