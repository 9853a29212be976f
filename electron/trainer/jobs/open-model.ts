/** Opens and saves models with their tokenizers: small ones made from scratch, and folders on disk. */
import type { ModelRef } from '../../contract/run-kinds/common.ts'
import { createModel, type Model } from '../../engine/model/model.ts'
import { presetConfig } from '../../engine/model/presets.ts'
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

/** @throws UserError if the model does not exist or is damaged */
export function openModel(ref: ModelRef): ModelWithTokenizer {
  if ('path' in ref) {
    const tokenizer = openTokenizer(openModelSource(ref.path).tokenizerSource)
    return { model: loadModel(ref.path), tokenizer }
  }
  const tokenizer = byteLevelTokenizer(ref.words)
  return { model: createModel(presetConfig(ref.preset, tokenizer), ref.seed), tokenizer }
}

/** Writes a complete Hugging Face folder. */
export async function saveModelFolder(
  { model, tokenizer }: ModelWithTokenizer,
  folder: string,
): Promise<void> {
  await saveModel(model, folder)
  await saveTokenizer(tokenizer, folder)
}
