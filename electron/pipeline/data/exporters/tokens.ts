/** Token labels: ids, labels and character spans of both texts, and the tokenizer they belong to. */
import type { PairLabels } from '../../../contract/records.ts'
import { exporter } from './exporter.ts'

export const tokensExporter = exporter((source) => source.labels(), labelRow)

export function labelRow({ itemId, tokenizerHash, rejected, edited }: PairLabels): object {
  const side = ({ ids, labels, offsets }: PairLabels['rejected']) => ({ ids, labels, offsets })
  return { itemId, tokenizerHash, rejected: side(rejected), edited: side(edited) }
}
