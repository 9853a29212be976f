/** Tokenizers: text to ids and back, with the characters of every token, from folders, GGUF files or words. */
import type { TokenizerSource } from '../model/sources/model-source.ts'
import { loadTokenizer } from './folder.ts'
import { tokenizerFromGguf } from './gguf.ts'
import type { Tokenizer } from './tokenizer.ts'

export { byteLevelTokenizer } from './byte-level-tokenizer.ts'
export type { Encoding } from './encoding.ts'
export { saveTokenizer } from './folder.ts'
export type { TemplateVariables, Tokenizer } from './tokenizer.ts'
export { loadTokenizer, tokenizerFromGguf }

/** The tokenizer that an opened model came with. @throws UserError that names the file and the key */
export function openTokenizer(source: TokenizerSource): Tokenizer {
  return source.kind === 'gguf'
    ? tokenizerFromGguf(source.metadata, source.file)
    : loadTokenizer(source.folder)
}
