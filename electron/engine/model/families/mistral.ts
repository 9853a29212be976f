/** Mistral (Jiang et al. 2023): Llama whose layers may all see a sliding window. */
import { type ConfigCandidate, refuseOtherValues, type TransformerConfig } from '../transformer-config.ts'
import type { Family, HuggingFaceConfig, Json } from './family.ts'
import { llamaGguf, withoutWindow } from './llama-gguf.ts'
import {
  layersWhere,
  llamaJson,
  llamaKeys,
  llamaValues,
  localLayersOf,
  refuseUnsupported,
  withDefaults,
} from './llama-json.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'

export const mistral: Family = {
  ...llamaLike({ ...plainLlamaLike, title: 'Mistral' }),
  huggingFace: {
    architectures: ['mistral'],
    basePrefix: 'model.',
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  // For llama.cpp it is a `llama`, so files are read as models of that family.
  gguf: llamaGguf({
    architectures: [],
    interleavedArchitectures: ['llama'],
    scalings: ['linear', 'dynamic', 'llama3', 'yarn'],
    architectureOf: () => 'llama',
    write: withoutWindow,
  }),
}

/** Defaults of transformers' configuration class. */
const defaults = { num_key_value_heads: 8, bos_token_id: 1, eos_token_id: 2, sliding_window: 4096 }

function readHuggingFace(config: HuggingFaceConfig): ConfigCandidate {
  refuseUnsupported(config)
  const source = withDefaults(config, defaults)
  const { json, file } = source
  const slidingWindow = json.sliding_window
  const localLayers = layersWhere(json.num_hidden_layers, () => slidingWindow !== null)
  const given = localLayersOf(source)
  if (given !== null && given.length !== localLayers.length)
    refuseOtherValues(file, () => json.layer_types, { layer_types: null })
  const biases = { attentionBias: false, attentionOutBias: false, mlpBias: false }
  return { values: { ...llamaValues(source), ...biases, slidingWindow, localLayers }, keys: llamaKeys }
}

function writeHuggingFace(config: TransformerConfig): Json {
  return {
    model_type: 'mistral',
    architectures: ['MistralForCausalLM'],
    ...llamaJson(config),
    sliding_window: config.slidingWindow,
  }
}
