/** What DPO learns from: pairs of whole responses to the same prompt. */
import type { RunInputRow } from '../../contract/records.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { encodePair, type Limits, type SplitRows, splitExamples } from '../../engine/training/examples.ts'
import type { DpoPair } from './train.ts'

/** @throws UserError if a prompt and its response do not fit the model's context */
export function dpoPairs(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits & Pick<DpoConfig, 'pairs'>,
): SplitRows<DpoPair> {
  return splitExamples(rows, tokenizer, limits, ({ item, edited }, query) => {
    const chosen = limits.pairs === 'edited' ? edited : item.chosen
    const pair = encodePair(tokenizer, query, { rejected: item.rejected, chosen })
    if (pair === null) return null
    return { example: pair, responses: [pair.rejected, pair.chosen] }
  })
}
