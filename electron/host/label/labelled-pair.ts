/** An edit split into labelled tokens or words, as the UI shows it. */
import type { LabelledPair, LabelledToken } from '../../contract/label.ts'
import type { EditedPair, TokenLabels } from '../../contract/records.ts'

/** Without rewards. */
export function labelledPair(
  { item, rejected, edited }: EditedPair,
  labels: { rejected: TokenLabels; edited: TokenLabels },
  { isInWords = false } = {},
): LabelledPair {
  return {
    id: item.id,
    prompt: item.prompt.at(-1)!.content,
    rejected: tokensOf(rejected, labels.rejected, isInWords),
    edited: tokensOf(edited, labels.edited, isInWords),
    scores: null,
  }
}

/** Each token has the characters up to the next one, so that the tokens join to the text. */
function tokensOf(text: string, { ids, labels, offsets }: TokenLabels, isInWords: boolean): LabelledToken[] {
  return labels.map((label, i) => {
    const start = i === 0 ? 0 : offsets[i]![0]
    const end = offsets[i + 1]?.[0] ?? text.length
    const token = { text: text.slice(start, end), label, reward: null }
    return isInWords ? token : { ...token, id: ids[i]! }
  })
}
