/** The tokenizer of tiny models that start from scratch: bytes, a few special tokens, and a list of words. */
import { byteCharacters } from './byte-level.ts'
import { addedTokenEntry, bpeModel, makeDefinition } from './definition.ts'
import { identityMap } from './mapped-text.ts'
import { preTokenize, readPreTokenizer } from './pre-tokenizer.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

const specials = ['<|pad|>', '<|end|>', '<|user|>', '<|assistant|>', '<|system|>']

const preTokenizer = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true }

const template =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"

/**
 * A byte-level tokenizer that encodes each of `words` as one token, with and without a space before it (only
 * with it if the word begins with one); anything else is encoded byte by byte. Ids: 5 special tokens, 256 bytes, then the words in their order. A word that GPT-2's
 * pattern splits (`don't`) has its parts as tokens.
 */
export function byteLevelTokenizer(words: readonly string[]): Tokenizer {
  const tokens = new Set([...specials, ...byteCharacters])
  for (const word of words) {
    for (const part of [...splitWords(` ${word}`), ...splitWords(word)]) tokens.add(part)
  }
  const definition = makeDefinition({
    added_tokens: specials.map((content, id) => addedTokenEntry(id, content, true)),
    normalizer: null,
    pre_tokenizer: preTokenizer,
    decoder: preTokenizer,
    model: bpeModel(tokens, [], { ignore_merges: true }),
  })
  const config = {
    eos_token: '<|end|>',
    bos_token: null,
    pad_token: '<|pad|>',
    chat_template: template,
    clean_up_tokenization_spaces: false,
  }
  return createTokenizer({ name: 'The byte-level tokenizer', definition, config })
}

/** The byte-level words of a text. */
function splitWords(text: string): string[] {
  const steps = readPreTokenizer(preTokenizer, { file: 'The byte-level tokenizer', key: 'pre_tokenizer' })
  return preTokenize(steps, identityMap(text), true).map((word) => word.text)
}
