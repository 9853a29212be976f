/**
 * The parameters and the forward pass that Llama shares with the families that came after it: rotary positions,
 * grouped-query attention and a gated MLP. What a family does differently is data.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { AttentionBiases } from '../blocks/attention-bias.ts'
import type { ForwardPass, LayerContext } from '../blocks/forward-pass.ts'
import type { Rotation } from '../blocks/rotary.ts'
import { rotaryOf } from '../rotary-frequencies.ts'
import { contradictionsIn, type Expectation, type TransformerConfig } from '../transformer-config.ts'
import type { Weights } from '../weights.ts'
import { layerActivations } from './activations.ts'
import type { Blocks, Family, FamilyParameters, ParameterRole } from './family.ts'
import {
  type LinearSize,
  linearParameters,
  type ModuleNames,
  rmsNormParameters,
  table,
} from './parameters.ts'

export interface LlamaLike {
  /** The family's name, for messages. */
  title: string
  /** The activations that its MLP may have. */
  activations: readonly TransformerConfig['activation'][]
  /** Where a layer normalises, and under which names; null for a place where it does not. */
  norms: {
    beforeAttention: ModuleNames | null
    /** Of what attention adds to the residual stream. */
    afterAttention: ModuleNames | null
    beforeMlp: ModuleNames | null
    afterMlp: ModuleNames | null
  }
  /** Over which numbers queries and keys are normalised after their projections: of each head, of all, or not at all. */
  queryKeyNorm: 'each-head' | 'all-heads' | null
  /** Whether the gains of its norms are stored less one, so that x (1 + weight) is computed. */
  gainsLessOne: boolean
  /** What embeddings are multiplied by, or null. */
  embeddingScale: ((config: TransformerConfig) => number) | null
}

/** Llama itself. */
export const plainLlamaLike: LlamaLike = {
  title: 'Llama',
  activations: ['silu'],
  norms: {
    beforeAttention: ['input_layernorm', 'attn_norm'],
    afterAttention: null,
    beforeMlp: ['post_attention_layernorm', 'ffn_norm'],
    afterMlp: null,
  },
  queryKeyNorm: null,
  gainsLessOne: false,
  embeddingScale: null,
}

const embedding = 'model.embed_tokens'
const finalNorm = 'model.norm'
const linearLayout = 'out-in'
const queryNorm: ModuleNames = ['self_attn.q_norm', 'attn_q_norm']
const keyNorm: ModuleNames = ['self_attn.k_norm', 'attn_k_norm']

/** All of a family but how its files are read and written. */
export function llamaLike(traits: LlamaLike): Omit<Family, 'huggingFace' | 'gguf'> {
  return {
    parameters: (config) => parametersOf(traits, config),
    embedding: `${embedding}.weight`,
    outputMatrix: 'lm_head.weight',
    layerPrefix: (n) => `model.layers.${n}.`,
    linearLayout,
    contradictions: (config) => contradictionsIn(expectations(traits, config)),
    hiddenStates: (blocks, pass) => hiddenStates(traits, blocks, pass),
    activationsPerToken: (config, length) =>
      layerActivations(config, length, {
        norms: Object.values(traits.norms).filter((names) => names !== null).length,
        hasQueryKeyNorm: traits.queryKeyNorm !== null,
      }),
  }
}

function expectations(
  { title, activations }: LlamaLike,
  { headDim, activation }: TransformerConfig,
): Expectation[] {
  return [
    [headDim % 2 === 0, 'headDim', `${headDim} is odd, so heads can't be rotated in pairs`],
    [
      activations.includes(activation),
      'activation',
      `${activation} is not ${activations.join(' or ')}, which ${title} models use`,
    ],
  ]
}

function parametersOf(traits: LlamaLike, config: TransformerConfig): FamilyParameters {
  const { vocabSize, hiddenSize: c, intermediateSize: i, attentionBias, mlpBias: bias } = config
  const [queries, keys] = [config.numHeads * config.headDim, config.numKvHeads * config.headDim]
  const { beforeAttention, afterAttention, beforeMlp, afterMlp } = traits.norms
  const role = traits.gainsLessOne ? 'gain-less-one' : 'gain'
  const norm = (names: ModuleNames | null) => (names ? rmsNormParameters(names, c, role) : [])
  const linear = (name: string, ggufName: string, size: LinearSize) =>
    linearParameters([name, ggufName], linearLayout, size)
  const ofAttention = { input: c, bias: attentionBias }
  return {
    beforeLayers: [table([embedding, 'token_embd'], 'vocabulary', [vocabSize, c])],
    layer: [
      ...norm(beforeAttention),
      ...linear('self_attn.q_proj', 'attn_q', { ...ofAttention, output: queries, isRotated: true }),
      ...linear('self_attn.k_proj', 'attn_k', { ...ofAttention, output: keys, isRotated: true }),
      ...linear('self_attn.v_proj', 'attn_v', { ...ofAttention, output: keys }),
      ...queryKeyNorms(traits, config, role),
      ...linear('self_attn.o_proj', 'attn_output', {
        input: queries,
        output: c,
        bias: config.attentionOutBias,
        writesResidual: true,
      }),
      ...norm(afterAttention),
      ...norm(beforeMlp),
      ...linear('mlp.gate_proj', 'ffn_gate', { input: c, output: i, bias }),
      ...linear('mlp.up_proj', 'ffn_up', { input: c, output: i, bias }),
      ...linear('mlp.down_proj', 'ffn_down', { input: i, output: c, bias, writesResidual: true }),
      ...norm(afterMlp),
    ],
    afterLayers: rmsNormParameters([finalNorm, 'output_norm'], c, role),
  }
}

function queryKeyNorms(
  { queryKeyNorm }: LlamaLike,
  { numHeads, numKvHeads, headDim }: TransformerConfig,
  role: ParameterRole,
) {
  if (queryKeyNorm === null) return []
  const size = (heads: number) => (queryKeyNorm === 'all-heads' ? heads * headDim : headDim)
  return [
    ...rmsNormParameters(queryNorm, size(numHeads), role),
    ...rmsNormParameters(keyNorm, size(numKvHeads), role),
  ]
}

/** What all layers share. The rotation of local layers is there if it is another than that of the others. */
type Shared = AttentionBiases & Rotation & { localCos?: Tensor; localSin?: Tensor }

function hiddenStates(traits: LlamaLike, blocks: Blocks, pass: ForwardPass): Tensor {
  const { tf, attentionBiases, embedRows, gatedMlp, throughLayers } = blocks
  const { config, weights, batch } = pass
  const { activation, mlpBias: biased, residualScale } = config
  const added = (x: Tensor) => (residualScale === 1 ? x : tf.mul(x, residualScale))
  const { beforeAttention, afterAttention, beforeMlp, afterMlp } = traits.norms
  const shared: Shared = { ...attentionBiases(pass), ...rotationsOf(blocks, pass) }
  const embedded = embedRows(weights(`${embedding}.weight`), batch.ids) // (B*T, C)
  const scale = traits.embeddingScale?.(config) ?? 1
  const norm = (x: Tensor, w: Weights, names: ModuleNames | null) =>
    names ? normOf(traits, blocks)(x, w, names[0], config.normEps) : x
  const x = throughLayers<Shared>(
    pass,
    scale === 1 ? embedded : tf.mul(embedded, scale),
    shared,
    (w, before, at) => {
      const mixed = attention(traits, blocks, { w, x: norm(before, w, beforeAttention), at })
      const attended = tf.add(before, added(norm(mixed, w, afterAttention)))
      const mlp = { gate: 'mlp.gate_proj', up: 'mlp.up_proj', down: 'mlp.down_proj', activation, biased }
      return tf.add(attended, added(norm(gatedMlp(norm(attended, w, beforeMlp), w, mlp), w, afterMlp)))
    },
  )
  return norm(x, weights, [finalNorm, 'output_norm'])
}

function normOf({ gainsLessOne }: LlamaLike, { rmsNorm, rmsNormLessOne }: Blocks): Blocks['rmsNorm'] {
  return gainsLessOne ? rmsNormLessOne : rmsNorm
}

function rotationsOf({ rotationAt }: Blocks, { config, batch }: ForwardPass) {
  const { localRopeTheta, localLayers } = config
  const rotation = rotationAt(rotaryOf(config), batch.positions)
  if (localRopeTheta === null || localLayers.length === 0) return rotation
  const local = { ...config, ropeTheta: localRopeTheta, ropeScaling: null }
  const { cos: localCos, sin: localSin } = rotationAt(rotaryOf(local), batch.positions)
  return { ...rotation, localCos, localSin }
}

interface LayerInput {
  w: Weights
  /** (B*T, C) */
  x: Tensor
  at: LayerContext<Shared>
}

/** (B*T, C) */
function attention(traits: LlamaLike, blocks: Blocks, { w, x, at }: LayerInput): Tensor {
  const { attend, linear, linears, splitHeads } = blocks
  const { numHeads, numKvHeads, headDim, normEps, attentionBias, attentionOutBias } = at.config
  const [q, k, v] = linears(x, w, ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'], attentionBias)
  const normed = (t: Tensor, [name]: ModuleNames) => {
    if (traits.queryKeyNorm === null) return t
    const rows = traits.queryKeyNorm === 'each-head' ? blocks.tf.reshape(t, [-1, headDim]) : t
    return blocks.tf.reshape(normOf(traits, blocks)(rows, w, name, normEps), t.shape)
  }
  const heads = {
    queries: rotated(blocks, splitHeads(normed(q, queryNorm), at.ids, numHeads), at),
    keys: rotated(blocks, splitHeads(normed(k, keyNorm), at.ids, numKvHeads), at),
    values: splitHeads(v, at.ids, numKvHeads),
  }
  return linear(attend(heads, at), w, 'self_attn.o_proj', attentionOutBias)
}

/** x (B, heads, T, H) to the same */
function rotated({ rotate }: Blocks, x: Tensor, { config, layer, shared }: LayerContext<Shared>): Tensor {
  if (config.unrotatedLayers.includes(layer)) return x
  const { localCos: cos, localSin: sin } = shared
  return rotate(x, cos && sin && config.localLayers.includes(layer) ? { cos, sin } : shared)
}
