/** Parts of tokenizer.json for tokenizers that come without one: complete, so that the `tokenizers` library can read them too. */
import type { JsonObject } from './json.ts'

/** An entry of "added_tokens" that is found in raw text, anywhere. */
export function addedTokenEntry(id: number, content: string, special: boolean): JsonObject {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }
}

/** The key "model" of a BPE tokenizer whose token i has id i. */
export function bpeModel(tokens: Iterable<string>, merges: unknown[], options: JsonObject): JsonObject {
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    ...options,
    vocab: Object.fromEntries([...tokens].map((token, id) => [token, id])),
    merges,
  }
}

/** The whole tokenizer.json, from the parts that differ. */
export function makeDefinition(
  parts: { [key in 'added_tokens' | 'normalizer' | 'pre_tokenizer' | 'decoder' | 'model']: unknown },
): JsonObject {
  return { version: '1.0', truncation: null, padding: null, post_processor: null, ...parts }
}
