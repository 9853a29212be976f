/** SmolLM3: Llama in which every few layers have no positions. */
import { UserError } from '../../../contract/errors.ts'
import type { ConfigCandidate, TransformerConfig } from '../transformer-config.ts'
import type { Family, HuggingFaceConfig, Json } from './family.ts'
import { llamaGguf, refuseUnwritable } from './llama-gguf.ts'
import {
  layersWhere,
  layerTypesJson,
  llamaJson,
  llamaKeys,
  llamaValues,
  localLayersOf,
  refuseUnsupported,
  withDefaults,
} from './llama-json.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'

/** llama.cpp does not store which layers are not rotated: it is always every fourth. */
const ggufInterval = 4

export const smollm3: Family = {
  ...llamaLike({ ...plainLlamaLike, title: 'SmolLM3' }),
  huggingFace: {
    architectures: ['smollm3'],
    basePrefix: 'model.',
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: llamaGguf({
    architectures: ['smollm3'],
    interleavedArchitectures: ['smollm3'],
    architectureOf: () => 'smollm3',
    read: ({ file, architecture }) => ({
      unrotatedLayers: everyNth(file.metadata.get(`${architecture}.block_count`), ggufInterval),
    }),
    write: (architecture, { numLayers, localLayers, unrotatedLayers }) => {
      const expected = everyNth(numLayers, ggufInterval)
      refuseUnwritable(architecture, [
        [localLayers.length === 0, 'that layers see a sliding window'],
        [
          String(unrotatedLayers) === String(expected),
          'that other layers than every fourth have no positions',
        ],
      ])
      return {}
    },
  }),
}

/** Layers n-1, 2n-1, … */
function everyNth(numLayers: unknown, n: number): number[] {
  return layersWhere(numLayers, (layer) => (layer + 1) % n === 0)
}

/** Defaults of transformers' configuration class. */
const defaults = {
  num_key_value_heads: 4,
  rope_theta: 2_000_000,
  tie_word_embeddings: true,
  bos_token_id: 128_000,
  eos_token_id: 128_001,
  pad_token_id: 128_004,
  no_rope_layer_interval: 4,
}

function readHuggingFace(config: HuggingFaceConfig): ConfigCandidate {
  refuseUnsupported(config)
  const source = withDefaults(config, defaults)
  const { json } = source
  const unrotatedLayers = unrotatedOf(source)
  const slidingWindow = json.sliding_window ?? null
  const isWindowed = json.use_sliding_window === true && slidingWindow !== null
  const localLayers = localLayersOf(source) ?? (isWindowed ? unrotatedLayers : [])
  return {
    values: { ...llamaValues(source), slidingWindow, localLayers, unrotatedLayers },
    keys: llamaKeys,
  }
}

/** `no_rope_layers` has a 0 for each layer that is not rotated. */
function unrotatedOf({ json, file }: HuggingFaceConfig): number[] {
  const marks = json.no_rope_layers ?? null
  if (marks === null) return everyNth(json.num_hidden_layers, Number(json.no_rope_layer_interval))
  const isList = Array.isArray(marks) && marks.length >= Number(json.num_hidden_layers)
  if (isList) return layersWhere(json.num_hidden_layers, (layer) => !marks[layer])
  const message = `${file}: the key "no_rope_layers" is not a list with one entry for each of the ${json.num_hidden_layers} layers.`
  throw new UserError('bad_input', message)
}

function writeHuggingFace(config: TransformerConfig): Json {
  return {
    model_type: 'smollm3',
    architectures: ['SmolLM3ForCausalLM'],
    ...llamaJson(config),
    attention_bias: config.attentionBias,
    mlp_bias: config.mlpBias,
    no_rope_layers: Array.from({ length: config.numLayers }, (_, layer) =>
      config.unrotatedLayers.includes(layer) ? 0 : 1,
    ),
    use_sliding_window: config.slidingWindow !== null,
    sliding_window: config.slidingWindow,
    layer_types: layerTypesJson(config),
  }
}
