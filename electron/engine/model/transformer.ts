/**
 * The one definition of the models: the Llama family (RMSNorm, RoPE, grouped-query attention, SwiGLU; Qwen2's
 * biases) and GPT-2. Pure functions of tensors, run compiled or op by op.
 *
 * Dimensions: B batch, T positions computed now, S positions attended to, C hidden size, NH heads, NK key/value
 * heads, H head size, V vocabulary. Parameter names are Hugging Face's.
 */
import * as tf from '@tensorflow/tfjs-core'
import {
  callsNative,
  decodeAttention,
  embedding,
  matMulsTransposed,
  optimizationBarrier,
  rmsNorm,
  writeCache,
} from '../runtime/ops.ts'
import type { Variable } from '../runtime/variable.ts'
import type { ModelConfig } from './config.ts'
import { throughLayers } from './layers.ts'
import { rotaryFrequencies } from './rotary.ts'
import { type Weights, within } from './weights.ts'

export interface SequenceBatch {
  /** int32 (B, T) */
  ids: tf.Tensor
  /** int32 (B, T): position of each token in its own sequence, padding not counted */
  positions: tf.Tensor
  /** float32 (B, 1, T, S): 0 where a query may look at a key, very negative where not */
  attentionBias: tf.Tensor
  /** Compute each layer again in the backward pass and keep only its input. */
  recomputeLayers?: boolean
}

/** Keys and values of the positions already computed, one pair a layer, each (B, NK, S, H). */
export interface KvCache {
  keys: Variable[]
  values: Variable[]
  /** int32 scalar: slot of this call's first position */
  position: tf.Tensor
  /** int32 (B): first slot that is not padding; given when one position is computed, and all before it are cached */
  firstReal?: tf.Tensor
}

/** What a masked attention score gets; far below any score, far above float32's overflow. */
export const maskedScore = -1e9

/**
 * @param mask float32 (B, S): 1 at real tokens, 0 at padding
 * @returns bias (B, 1, S, S) under which a token sees itself and the real tokens before it
 */
export function causalBias(mask: tf.Tensor): tf.Tensor {
  const [b, s] = mask.shape as [number, number]
  const index = tf.range(0, s, 1, 'int32')
  const causal = tf.cast(tf.lessEqual(tf.expandDims(index, 0), tf.expandDims(index, 1)), 'float32') // (S, S)
  const visible = tf.mul(tf.reshape(causal, [1, 1, s, s]), tf.reshape(mask, [b, 1, 1, s]))
  return tf.mul(tf.sub(1, visible), maskedScore)
}

/**
 * Bias for one step of decoding: query at `position`, keys in slots firstReal[b] .. position.
 * @param firstReal int32 (B): first slot that is not padding
 * @returns (B, 1, 1, S)
 */
export function decodeBias(firstReal: tf.Tensor, position: tf.Tensor, slots: number): tf.Tensor {
  const slot = tf.reshape(tf.range(0, slots, 1, 'int32'), [1, slots])
  const visible = tf.logicalAnd(
    tf.greaterEqual(slot, tf.expandDims(firstReal, 1)),
    tf.lessEqual(slot, position),
  )
  return tf.reshape(tf.mul(tf.sub(1, tf.cast(visible, 'float32')), maskedScore), [
    firstReal.shape[0]!,
    1,
    1,
    slots,
  ])
}

/**
 * The transformer's output after its last normalisation.
 * @returns (B*T, C)
 */
export function hiddenStates(
  config: ModelConfig,
  weights: Weights,
  batch: SequenceBatch,
  cache?: KvCache,
): tf.Tensor {
  return config.family === 'gpt2' ? gpt2(config, weights, batch, cache) : llama(config, weights, batch, cache)
}

/**
 * @param hidden (N, C)
 * @returns logits (N, V)
 */
export function logitsOf(config: ModelConfig, weights: Weights, hidden: tf.Tensor): tf.Tensor {
  return transposedProduct(hidden, outputMatrix(config, weights))
}

/** (V, C) */
export function outputMatrix(config: ModelConfig, weights: Weights): tf.Tensor {
  const table = config.family === 'gpt2' ? 'transformer.wte.weight' : 'model.embed_tokens.weight'
  return weights(config.tiedEmbeddings ? table : 'lm_head.weight')
}

/**
 * A scalar at each position (reward or value).
 * @param hidden (N, C)
 * @returns (N)
 */
export function scalarHead(weights: Weights, hidden: tf.Tensor): tf.Tensor {
  return tf.reshape(linear(hidden, weights, 'score', false), [hidden.shape[0]!])
}

function llama(config: ModelConfig, weights: Weights, batch: SequenceBatch, cache?: KvCache): tf.Tensor {
  const { cos, sin } = rotationAngles(config, batch.positions)
  const shared = [batch.attentionBias, cos, sin]
  const embedded = embedding(weights('model.embed_tokens.weight'), tf.reshape(batch.ids, [-1])) // (B*T, C)
  const recompute = batch.recomputeLayers ?? false
  const x = throughLayers(config, weights, embedded, shared, recompute, (w, before, layer, kept) => {
    const [attentionBias, cosNow, sinNow] = kept as [tf.Tensor, tf.Tensor, tf.Tensor]
    const at = { batch: { ...batch, attentionBias }, rotation: { cos: cosNow, sin: sinNow }, cache, layer }
    const normed = rmsNorm(before, w('input_layernorm.weight'), config.normEps)
    const attended = tf.add(before, llamaAttention(config, w, normed, at))
    const again = rmsNorm(attended, w('post_attention_layernorm.weight'), config.normEps)
    return tf.add(attended, gatedMlp(config, w, again))
  })
  return rmsNorm(x, weights('model.norm.weight'), config.normEps)
}

interface AttentionContext {
  batch: SequenceBatch
  rotation: Rotation
  cache: KvCache | undefined
  layer: number
}

function llamaAttention(config: ModelConfig, w: Weights, x: tf.Tensor, at: AttentionContext): tf.Tensor {
  const { numHeads, numKvHeads, attentionBias, attentionOutBias } = config
  const [b, t] = at.batch.ids.shape as [number, number]
  const names = ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj']
  const [q, k, v] = linears(x, w, names, attentionBias) as [tf.Tensor, tf.Tensor, tf.Tensor]
  const queries = rotate(splitHeads(q, b, t, numHeads), at.rotation) // (B, NH, T, H)
  const keys = rotate(splitHeads(k, b, t, numKvHeads), at.rotation) // (B, NK, T, H)
  const values = splitHeads(v, b, t, numKvHeads)
  const mixed = attend(queries, cached(at, 'keys', keys), cached(at, 'values', values), at)
  return linear(mixed, w, 'self_attn.o_proj', attentionOutBias)
}

function cached(
  at: Pick<AttentionContext, 'cache' | 'layer'>,
  kind: 'keys' | 'values',
  now: tf.Tensor,
): tf.Tensor {
  return at.cache ? writeCache(at.cache[kind][at.layer]!, now, at.cache.position) : now
}

/** (B*T, heads*H) to (B, heads, T, H) */
function splitHeads(x: tf.Tensor, b: number, t: number, heads: number): tf.Tensor {
  return tf.transpose(tf.reshape(x, [b, t, heads, x.shape[1]! / heads]), [0, 2, 1, 3])
}

/**
 * Scaled dot-product attention; each key/value head serves NH/NK query heads.
 * @param queries (B, NH, T, H)
 * @param keys (B, NK, S, H), as `values`
 * @returns (B*T, NH*H)
 */
function attend(
  queries: tf.Tensor,
  keys: tf.Tensor,
  values: tf.Tensor,
  { batch, cache }: Pick<AttentionContext, 'batch' | 'cache'>,
): tf.Tensor {
  const [b, nh, t, h] = queries.shape as [number, number, number, number]
  const [nk, s] = [keys.shape[1]!, keys.shape[2]!]
  const group = nh / nk
  const scaled = tf.mul(queries, 1 / Math.sqrt(h))
  if (cache?.firstReal && callsNative())
    return decodeAttention(scaled, keys, values, cache.firstReal, cache.position)
  const grouped = tf.reshape(scaled, [b, nk, group * t, h])
  const scores = tf.reshape(tf.matMul(grouped, keys, false, true), [b, nk, group, t, s])
  const shares = tf.softmax(tf.add(scores, tf.expandDims(batch.attentionBias, 1)))
  const mixed = tf.reshape(tf.matMul(tf.reshape(shares, [b, nk, group * t, s]), values), [b, nh, t, h])
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b * t, nh * h])
}

function gatedMlp(config: ModelConfig, w: Weights, x: tf.Tensor): tf.Tensor {
  const names = ['mlp.gate_proj', 'mlp.up_proj']
  const [gate, up] = linears(x, w, names, config.mlpBias) as [tf.Tensor, tf.Tensor]
  return linear(tf.mul(tf.mul(gate, tf.sigmoid(gate)), up), w, 'mlp.down_proj', config.mlpBias)
}

function gpt2(config: ModelConfig, weights: Weights, batch: SequenceBatch, cache?: KvCache): tf.Tensor {
  const [b, t] = batch.ids.shape as [number, number]
  const tokens = embedding(weights('transformer.wte.weight'), tf.reshape(batch.ids, [-1]))
  const placed = tf.add(
    tokens,
    embedding(weights('transformer.wpe.weight'), tf.reshape(batch.positions, [-1])),
  )
  const shared = [batch.attentionBias]
  const recompute = batch.recomputeLayers ?? false
  const x = throughLayers(config, weights, placed, shared, recompute, (w, before, layer, kept) => {
    const projected = conv1d(layerNorm(before, w, 'ln_1', config.normEps), w, 'attn.c_attn')
    const [queries, keys, values] = tf
      .split(projected, 3, 1)
      .map((part) => splitHeads(part, b, t, config.numHeads))
    const at = { batch: { ...batch, attentionBias: kept[0]! }, cache, layer }
    const mixed = attend(queries!, cached(at, 'keys', keys!), cached(at, 'values', values!), at)
    const attended = tf.add(before, conv1d(mixed, w, 'attn.c_proj'))
    const widened = geluTanh(conv1d(layerNorm(attended, w, 'ln_2', config.normEps), w, 'mlp.c_fc'))
    return tf.add(attended, conv1d(widened, w, 'mlp.c_proj'))
  })
  return layerNorm(x, within(weights, 'transformer.'), 'ln_f', config.normEps)
}

/** A linear layer: x (N, in) times its weight (out, in) transposed, plus its bias. (N, out) */
function linear(x: tf.Tensor, w: Weights, name: string, biased: boolean): tf.Tensor {
  return linears(x, w, [name], biased)[0]!
}

/** Linear layers of the same rows. */
function linears(x: tf.Tensor, w: Weights, names: string[], biased: boolean): tf.Tensor[] {
  const adapters = names.map((name) => w.adapter?.(name) ?? null)
  const products = matMulsTransposed(x, [
    ...names.map((name) => w(`${name}.weight`)),
    ...adapters.flatMap((adapter) => adapter?.a ?? []),
  ])
  const reduced = products.slice(names.length) // x Aᵀ of the layers that have an adapter
  return names.map((name, i) => {
    const adapter = adapters[i]
    const product = products[i]!
    const adapted = adapter ? tf.add(product, transposedProduct(reduced.shift()!, adapter.b)) : product
    return biased ? tf.add(adapted, w(`${name}.bias`)) : adapted
  })
}

function transposedProduct(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return matMulsTransposed(x, [weight])[0]!
}

/** GPT-2's linear layer, whose weight is (in, out). */
function conv1d(x: tf.Tensor, w: Weights, name: string): tf.Tensor {
  const product = tf.matMul(x, w(`${name}.weight`))
  const adapter = w.adapter?.(name)
  const adapted = adapter
    ? tf.add(product, transposedProduct(transposedProduct(x, adapter.a), adapter.b))
    : product
  return tf.add(adapted, w(`${name}.bias`))
}

function layerNorm(x: tf.Tensor, w: Weights, name: string, eps: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true))
  const scaled = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps)))
  return tf.add(tf.mul(scaled, w(`${name}.weight`)), w(`${name}.bias`))
}

/** The tanh form of GELU (Hendrycks and Gimpel 2016), which GPT-2 uses. */
function geluTanh(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x)))))
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)))
}

interface Rotation {
  cos: tf.Tensor
  sin: tf.Tensor
}

/** Angles of rotary embeddings (Su et al. 2021), each (B, 1, T, H/2). */
function rotationAngles(config: ModelConfig, positions: tf.Tensor): Rotation {
  const [b, t] = positions.shape as [number, number]
  const frequencies = tf.tensor1d(rotaryFrequencies(config))
  const angles = tf.mul(tf.reshape(tf.cast(positions, 'float32'), [b, 1, t, 1]), frequencies)
  // Without the barrier the compiler computes sines again in every layer, one number at a time.
  const [cos, sin] = optimizationBarrier([tf.cos(angles), tf.sin(angles)])
  return { cos: cos!, sin: sin! }
}

/** Rotates pairs (i, i + H/2), the Hugging Face convention. x (B, heads, T, H) */
function rotate(x: tf.Tensor, { cos, sin }: Rotation): tf.Tensor {
  const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]
  const turned = [
    tf.sub(tf.mul(first, cos), tf.mul(second, sin)),
    tf.add(tf.mul(second, cos), tf.mul(first, sin)),
  ]
  return tf.concat(turned, -1)
}
