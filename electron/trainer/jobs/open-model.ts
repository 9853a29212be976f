/** Opens and saves models with their tokenizers: small ones made from scratch, and folders on disk. */
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { ModelRef } from '../../contract/run-kinds/common.ts'
import { createModel, type Model } from '../../engine/model/model.ts'
import { presetConfig, presetStarts } from '../../engine/model/presets.ts'
import type { ClassificationKind } from '../../engine/model/sources/classification.ts'
import { loadModel, saveModel } from '../../engine/model/sources/load-and-save.ts'
import { openModelSource } from '../../engine/model/sources/model-source.ts'
import {
  byteLevelTokenizer,
  openTokenizer,
  saveTokenizer,
  type TemplateVariables,
  type Tokenizer,
} from '../../engine/tokenizer/index.ts'

export interface ModelWithTokenizer {
  model: Model
  tokenizer: Tokenizer
}

export interface OpenedModel extends ModelWithTokenizer {
  /** What the user should know about the model. */
  notes: readonly string[]
}

export interface OpenOptions {
  /** Whether adapters are trained on it, and not the model: it may stay in 8 bits then. */
  isFrozen?: boolean
  /** Of the chat template; null stands for those that the model was saved with. */
  variables?: TemplateVariables | null
}

/**
 * The configuration's ends of a response are those of all its files, and of the tokenizer.
 * @param use a model that only scores cannot generate
 * @throws UserError if the model does not exist, is damaged, or lacks what the use needs
 */
export function openModel(
  ref: ModelRef,
  use: 'language' | 'scores' = 'language',
  { isFrozen = false, variables = null }: OpenOptions = {},
): OpenedModel {
  if ('path' in ref) {
    const { tokenizerSource, config, classification, notes } = openModelSource(ref.path)
    if (use === 'language' && config.headless)
      throw new UserError(
        'bad_input',
        `${ref.path} is a reward model (${classification?.architecture}) without an output matrix, so it cannot generate or be trained to. Use it as a reward model, or start from the language model it was made from.`,
      )
    const model = loadModel(ref.path, isFrozen)
    const opened = withAllEnds(model, openTokenizer(tokenizerSource), ref.path)
    const noted = { ...opened, notes: [...notes, ...opened.notes] }
    return withTemplateVariables(noted, variables, ref.path)
  }
  const tokenizer = byteLevelTokenizer(ref.words)
  const config = presetConfig(ref.preset, tokenizer)
  return { model: createModel(config, ref.seed, presetStarts[ref.preset]), tokenizer, notes: [] }
}

/** Thinking is off unless it is asked for: a response is what people and judges see, and what is learned. */
function withTemplateVariables(
  opened: OpenedModel,
  variables: TemplateVariables | null,
  name: string,
): OpenedModel {
  const { tokenizer, notes } = opened
  const chosen = variables ?? tokenizer.variables
  if (!tokenizer.canThink || 'enable_thinking' in chosen)
    return variables === null ? opened : { ...opened, tokenizer: tokenizer.withVariables(variables) }
  const note = `${name}: its chat template can think, which is off. To turn it on, set the template variables to {"enable_thinking": true}.`
  return {
    ...opened,
    tokenizer: tokenizer.withVariables({ ...chosen, enable_thinking: false }),
    notes: [...notes, note],
  }
}

/** The taught end comes first if the files differ: programs that know one end take the first. */
function withAllEnds(model: Model, tokenizer: Tokenizer, name: string): OpenedModel {
  const { eosIds } = model.config
  if (tokenizer.eosIds.every((id) => eosIds.includes(id))) return { model, tokenizer, notes: [] }
  const all = [...new Set([...tokenizer.eosIds, ...eosIds])]
  const texts = (ids: readonly number[]) => ids.map((id) => tokenizer.pieceOf(id)).join(', ') || 'no token'
  const note = `${name}: responses end with ${texts(eosIds)} by config.json and generation_config.json, with ${texts(tokenizer.eosIds)} by the tokenizer and its chat template. Generation stops at any of them; training teaches ${tokenizer.eosToken}, and saved models name all.`
  return { model: { ...model, config: { ...model.config, eosIds: all } }, tokenizer, notes: [note] }
}

export function emitNotes({ notes }: OpenedModel, { emit }: Pick<Hooks, 'emit'>): void {
  for (const sentence of notes) emit({ type: 'note', sentence })
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
