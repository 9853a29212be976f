/** How texts of the sample worlds are split into pieces, each of which is a token of their tokenizer. */

/** How GPT-2 splits text before merging: a word includes the space before it. */
const piece = / ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

/** The pieces of a text, in order; together they are the text. */
export function splitPieces(text: string): string[] {
  return text.match(piece) ?? []
}
