/**
 * The part of @huggingface/tokenizers that is used here. The package's declarations import each other without file
 * extensions, which Node's module resolution can't follow.
 */
declare module '@huggingface/tokenizers' {
  export class SplitPreTokenizer {
    constructor(config: {
      type: 'Split'
      pattern: { Regex: string } | { String: string }
      behavior: string
      invert: boolean
    })
    /** The pattern in JavaScript's dialect, with the flags `g` and `u`. */
    pattern: RegExp | null
  }

  export class Unigram {
    constructor(config: { type: 'Unigram'; vocab: [string, number][]; unk_id: number }, eosToken: string)
    tokens_to_ids: Map<string, number>
    /** Splits a word into its likeliest parts; they join to the word. */
    tokenize(word: string): string[]
  }
}
