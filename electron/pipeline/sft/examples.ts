/** What SFT learns from: prompts with the response to imitate. */
import type { RunInputRow } from '../../contract/records.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { encodeResponse } from '../../engine/tokenizer/query.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'
import { type Limits, type SplitRows, splitExamples } from '../../engine/training/examples.ts'

/** @throws UserError if a prompt and its response do not fit the model's context */
export function demonstrations(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits,
): SplitRows<QueryResponse> {
  return splitExamples(rows, tokenizer, limits, ({ item }, query) => {
    if (item.chosen === null) return null
    const example = { query, response: encodeResponse(tokenizer, item.chosen) }
    return { example, responses: [example] }
  })
}
