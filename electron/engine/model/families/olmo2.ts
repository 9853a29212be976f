/** OLMo 2 (OLMo team 2024): Llama that normalises what attention and MLP give, not what they get, and queries and keys. */
import type { ConfigCandidate, TransformerConfig } from '../transformer-config.ts'
import type { Family, HuggingFaceConfig, Json } from './family.ts'
import { llamaGguf } from './llama-gguf.ts'
import { llamaJson, llamaKeys, llamaValues, refuseUnsupported, withDefaults } from './llama-json.ts'
import { llamaLike, plainLlamaLike } from './llama-like.ts'

export const olmo2: Family = {
  ...llamaLike({
    ...plainLlamaLike,
    title: 'OLMo 2',
    norms: {
      beforeAttention: null,
      afterAttention: ['post_attention_layernorm', 'post_attention_norm'],
      beforeMlp: null,
      afterMlp: ['post_feedforward_layernorm', 'post_ffw_norm'],
    },
    queryKeyNorm: 'all-heads',
  }),
  huggingFace: {
    architectures: ['olmo2'],
    basePrefix: 'model.',
    classification: { missing: ['token'] },
    computedTables: /rotary_emb\.inv_freq$/,
    read: readHuggingFace,
    write: writeHuggingFace,
  },
  gguf: llamaGguf({
    architectures: ['olmo2'],
    interleavedArchitectures: [],
    architectureOf: () => 'olmo2',
  }),
}

/** Defaults of transformers' configuration class. */
const defaults = { rms_norm_eps: 1e-5, eos_token_id: 50_279, pad_token_id: 1 }

function readHuggingFace(config: HuggingFaceConfig): ConfigCandidate {
  refuseUnsupported(config)
  return { values: { ...llamaValues(withDefaults(config, defaults)), mlpBias: false }, keys: llamaKeys }
}

function writeHuggingFace(config: TransformerConfig): Json {
  return {
    model_type: 'olmo2',
    architectures: ['Olmo2ForCausalLM'],
    ...llamaJson(config),
    attention_bias: config.attentionBias,
  }
}
