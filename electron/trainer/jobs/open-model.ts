/** Opens and saves models with their tokenizers: small ones made from scratch, and folders on disk. */
import { UserError } from '../../contract/errors.ts'
import type { ModelRef } from '../../contract/run-kinds/common.ts'
import { createModel, type Model } from '../../engine/model/model.ts'
import { presetConfig } from '../../engine/model/presets.ts'
import type { ClassificationKind } from '../../engine/model/sources/classification.ts'
import { loadModel, saveModel } from '../../engine/model/sources/load-and-save.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import {
  byteLevelTokenizer,
  openTokenizer,
  saveTokenizer,
  type Tokenizer,
} from '../../engine/tokenizer/index.ts'

export interface ModelWithTokenizer {
  model: Model
  tokenizer: Tokenizer
}

/**
 * @param use a model that only scores cannot generate
 * @throws UserError if the model does not exist, is damaged, or lacks what the use needs
 */
export function openModel(ref: ModelRef, use: 'language' | 'scores' = 'language'): ModelWithTokenizer {
  if ('path' in ref) {
    const { tokenizerSource, config, classification } = openModelSource(ref.path)
    if (use === 'language' && config.headless)
      throw new UserError(
        'bad_input',
        `${ref.path} is a reward model (${classification?.architecture}) without an output matrix, so it cannot generate or be trained to. Use it as a reward model, or start from the language model it was made from.`,
      )
    return { model: loadModel(ref.path), tokenizer: openTokenizer(tokenizerSource) }
  }
  const tokenizer = byteLevelTokenizer(ref.words)
  return { model: createModel(presetConfig(ref.preset, tokenizer), ref.seed), tokenizer }
}

/** Writes a complete Hugging Face folder. @param classification of a reward model */
export async function saveModelFolder(
  { model, tokenizer }: ModelWithTokenizer,
  folder: string,
  classification: ClassificationKind | null = null,
): Promise<void> {
  await saveModel(model, folder, classification)
  await saveTokenizer(tokenizer, folder)
}
