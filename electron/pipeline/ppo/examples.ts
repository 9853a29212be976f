/** What PPO learns from: prompts alone, since the policy writes the responses. */
import type { Item, RunInputRow } from '../../contract/records.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { encodeQuery } from '../../engine/tokenizer/query.ts'
import type { SplitRows } from '../../engine/training/examples.ts'
import type { Prompt } from './rollout.ts'

/** A prompt with its item, for a judge. */
export interface JudgedPrompt extends Prompt {
  item: Item
  /** Texts that the judge compares responses with; undefined if it needs none. */
  references?: string[] | undefined
}

export interface SplitPrompts extends SplitRows<Prompt> {
  heldout: JudgedPrompt[]
}

/** Each distinct prompt once. */
export function promptsOf(
  rows: readonly RunInputRow[],
  tokenizer: Tokenizer,
  maxQueryTokens: number,
): SplitPrompts {
  const seen = new Set<string>()
  const prompts: SplitPrompts = { train: [], heldout: [], dropped: 0, cut: 0, identical: 0 }
  for (const { item, split, references } of rows) {
    const { ids, cut } = encodeQuery(tokenizer, item, maxQueryTokens)
    const key = ids.join()
    if (seen.has(key)) continue
    seen.add(key)
    if (cut) prompts.cut++
    prompts[split].push({ id: item.id, query: ids, item, references })
  }
  return prompts
}

/** @returns tokens of the longest query; 0 if there are none */
export function longestQuery(prompts: readonly Prompt[]): number {
  return prompts.reduce((longest, { query }) => Math.max(longest, query.length), 0)
}
