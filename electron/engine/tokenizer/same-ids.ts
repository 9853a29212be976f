/** Compares two tokenizers by the ids that texts get, whatever control tokens each of them has besides. */
import { type AddedToken, readAddedTokens } from './added-tokens.ts'
import { hashDefinition } from './definition-hash.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface IdComparison {
  /** Why ids of prompts or responses of the first tokenizer mean something else in the second; null if they do not. */
  difference: string | null
  /** Control tokens that only one of them has, or that have other ids. */
  others: readonly string[]
}

/**
 * Prompts and responses of `first` are read by a model of `second`. Their ids are the same if model, normalizer,
 * pre-tokenizer and the added tokens of ordinary text are, and if `second` has the control tokens that the chat template
 * of `first` can write.
 */
export function compareIds(first: Tokenizer, second: Tokenizer): IdComparison {
  const [left, right] = [first, second].map(addedOf) as [AddedToken[], AddedToken[]]
  const others = [...missingFrom(right, left), ...missingFrom(left, right)]
  const names = [...new Set(others.filter(({ special }) => special).map(({ content }) => content))]
  return {
    difference:
      partThatDiffers(first, second) ??
      tokenThatDiffers(others) ??
      writtenIn(first, missingFrom(right, left)),
    others: names,
  }
}

function addedOf({ files: { name, definition } }: Tokenizer): AddedToken[] {
  return readAddedTokens(definition.added_tokens, { file: name, key: 'added_tokens' })
}

/** The tokens of `all` that `tokens` does not have in the same form and with the same id. */
function missingFrom(tokens: readonly AddedToken[], all: readonly AddedToken[]): AddedToken[] {
  const forms = new Set(tokens.map((token) => JSON.stringify(token)))
  return all.filter((token) => !forms.has(JSON.stringify(token)))
}

function partThatDiffers(first: Tokenizer, second: Tokenizer): string | null {
  const [left, right] = [first, second].map(({ files }) => files) as [Tokenizer['files'], Tokenizer['files']]
  const parts = {
    'vocabulary or merges': ['model'],
    'normalizer or pre-tokenizer': ['normalizer', 'pre_tokenizer'],
  }
  for (const [what, keys] of Object.entries(parts)) {
    const [one, other] = [left, right].map(({ definition, name }) => {
      const kept = Object.fromEntries(keys.map((key) => [key, definition[key]]))
      return hashDefinition({ model: {}, ...kept }, [], name)
    })
    if (one !== other) return `its ${what} differs`
  }
  return null
}

function tokenThatDiffers(others: readonly AddedToken[]): string | null {
  const token = others.find(({ special }) => !special)
  return token ? `the added token ${JSON.stringify(token.content)} is not the same in both` : null
}

/** Of control tokens, those that a prompt can contain or a response end with. */
function writtenIn(
  { files: { config }, eosIds, prefixIds }: Tokenizer,
  lacking: readonly AddedToken[],
): string | null {
  const ids = [...eosIds, ...prefixIds]
  const token = lacking.find(({ id, content }) => ids.includes(id) || config.chat_template?.includes(content))
  return token
    ? `it lacks the token ${JSON.stringify(token.content)} (id ${token.id}) of the policy's prompts or responses`
    : null
}
