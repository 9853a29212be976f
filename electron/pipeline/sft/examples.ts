/** What SFT learns from: prompts with the response to imitate. */
import type { RunInputRow } from '../../contract/records.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { encodeResponse } from '../../engine/tokenizer/query.ts'
import type { QueryResponse } from '../../engine/training/batch.ts'
import { type Limits, type SplitRows, splitExamples } from '../../engine/training/examples.ts'

const imitated: Record<SftConfig['responses'], (row: RunInputRow) => string | null> = {
  chosen: ({ item }) => item.chosen,
  edited: ({ edited }) => edited,
}

/** @throws UserError if a prompt and its response do not fit the model's context */
export function demonstrations(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  limits: Limits & Pick<SftConfig, 'responses'>,
): SplitRows<QueryResponse> {
  return splitExamples(rows, tokenizer, limits, (row, query) => {
    const text = imitated[limits.responses](row)
    if (text === null) return null
    const example = { query, response: encodeResponse(tokenizer, text) }
    return { example, responses: [example] }
  })
}
