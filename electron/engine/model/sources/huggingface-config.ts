/** Hugging Face's config.json, read (as transformers 4 and 5 write it) and written. */
import { z } from 'zod'
import { UserError } from '../../../contract/errors.ts'
import type { FloatDtype } from '../../formats/safetensors.ts'
import { checkConfig, familyOfArchitecture, type ModelConfig } from '../config.ts'
import { families } from '../families/index.ts'
import { type ClassificationKind, classificationJson } from './classification.ts'

/** Number formats as PyTorch names them. */
const dtypeNames: Record<FloatDtype, string> = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' }

/**
 * Missing keys have the defaults of transformers' configuration classes; keys that these do not know are ignored.
 * @param json what config.json holds
 * @param file its path, for errors
 * @throws UserError that names the file and its key
 */
export function configFromHuggingFace(json: unknown, file: string): ModelConfig {
  const parsed = z.looseObject({}).safeParse(json)
  if (!parsed.success) throw new UserError('bad_input', `${file} does not hold a JSON object.`)
  const name = parsed.data.model_type
  const { family, architecture } = familyOfArchitecture('huggingFace', name, file, 'model_type')
  const { values, keys } = families[family].huggingFace.read({ json: parsed.data, file, architecture })
  return checkConfig({ family, ...values }, file, keys)
}

/**
 * What config.json has to say for transformers (4 or 5) to build the same model.
 * @param classification of a reward model; null for a language model
 */
export function toHuggingFace(
  config: ModelConfig,
  classification: ClassificationKind | null = null,
  dtype: FloatDtype = 'F32',
): Record<string, unknown> {
  const languageModel = families[config.family].huggingFace.write(config)
  return {
    ...languageModel,
    ...(classification && classificationJson(config, languageModel, classification)),
    torch_dtype: dtypeNames[dtype],
    vocab_size: config.vocabSize,
    tie_word_embeddings: config.tiedEmbeddings,
    bos_token_id: config.bosId,
    eos_token_id: config.eosIds.length > 1 ? config.eosIds : (config.eosIds[0] ?? null),
    pad_token_id: config.padId,
  }
}

/** transformers refuses or warns of an integer for these keys, so that 30 has to be written as 30.0. */
const floatKeys = [
  'attn_logit_softcapping',
  'final_logit_softcapping',
  'rope_theta',
  'rope_local_base_freq',
  'factor',
  'low_freq_factor',
  'high_freq_factor',
]

/** The text of config.json. */
export function configText(json: Readonly<Record<string, unknown>>): string {
  const integers = new RegExp(`("(?:${floatKeys.join('|')})": -?\\d+)(?=,?$)`, 'gm')
  return `${JSON.stringify(json, null, 2).replace(integers, '$1.0')}\n`
}
