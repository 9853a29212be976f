/** The model that a GGUF file's metadata and tensors describe. */
import { UserError } from '../../../contract/errors.ts'
import type { Gguf } from '../../formats/gguf.ts'
import {
  checkArchitecture,
  checkConfig,
  type KeyNames,
  type ModelConfig,
  refuseOtherValues,
} from '../config.ts'
import { rotaryFrequencies } from '../rotary.ts'

/** What `convert_hf_to_gguf.py` writes for the models of the Llama 3.1, 3.2 and 3.3 series. */
const LLAMA3_SERIES = { lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 8192 }
const ROPE_DIVISORS = 'rope_freqs.weight'

/**
 * Some of the configuration follows from which tensors are there: an output matrix of its own, biases.
 * @throws UserError that names the file and its key
 */
export function configFromGguf({ path, metadata, tensors, readTensor }: Gguf): ModelConfig {
  const architecture = checkArchitecture(metadata.get('general.architecture'), path, 'general.architecture')
  const gpt2 = architecture === 'gpt2'
  const keys = keyNames(architecture)
  const get = (key: keyof typeof keys) => metadata.get(keys[key])
  const candidate = {
    family: gpt2 ? 'gpt2' : 'llama',
    vocabSize: get('vocabSize') ?? tensors.get('token_embd.weight')?.shape[0],
    hiddenSize: get('hiddenSize'),
    intermediateSize: get('intermediateSize'),
    numLayers: get('numLayers'),
    numHeads: get('numHeads'),
    numKvHeads: get('numKvHeads') ?? get('numHeads'),
    headDim: get('headDim') ?? Math.floor(Number(get('hiddenSize')) / Number(get('numHeads'))),
    maxPositions: get('maxPositions'),
    normEps: shortest(get('normEps')),
    ropeTheta: shortest(get('ropeTheta') ?? 10_000),
    ropeScaling: null,
    attentionBias: gpt2 || tensors.has('blk.0.attn_q.bias'),
    attentionOutBias: gpt2 || tensors.has('blk.0.attn_output.bias'),
    mlpBias: gpt2 || tensors.has('blk.0.ffn_up.bias'),
    tiedEmbeddings: !tensors.has('output.weight'),
    activation: gpt2 ? 'gelu_tanh' : 'silu',
    bosId: get('bosId') ?? null,
    eosIds: eosIds(get('eosIds'), metadata.get('tokenizer.ggml.eot_token_id')),
    padId: get('padId') ?? null,
  }
  const config = checkConfig(candidate, path, keys)
  refuseOtherValues(path, (key) => metadata.get(key), requiredValues(architecture, config.headDim))
  return tensors.has(ROPE_DIVISORS) ? withLlama3Scaling(config, readTensor(ROPE_DIVISORS), path) : config
}

function keyNames(architecture: string) {
  return {
    vocabSize: `${architecture}.vocab_size`,
    hiddenSize: `${architecture}.embedding_length`,
    intermediateSize: `${architecture}.feed_forward_length`,
    numLayers: `${architecture}.block_count`,
    numHeads: `${architecture}.attention.head_count`,
    numKvHeads: `${architecture}.attention.head_count_kv`,
    headDim: `${architecture}.attention.key_length`,
    maxPositions: `${architecture}.context_length`,
    normEps: `${architecture}.attention.layer_norm_${architecture === 'gpt2' ? '' : 'rms_'}epsilon`,
    ropeTheta: `${architecture}.rope.freq_base`,
    bosId: 'tokenizer.ggml.bos_token_id',
    eosIds: 'tokenizer.ggml.eos_token_id',
    padId: 'tokenizer.ggml.padding_token_id',
  } as const satisfies KeyNames
}

function requiredValues(architecture: string, headDim: number) {
  return {
    'split.count': 1,
    [`${architecture}.expert_count`]: 0,
    [`${architecture}.rope.scaling.type`]: 'none',
    [`${architecture}.rope.dimension_count`]: headDim,
    [`${architecture}.attention.value_length`]: headDim,
    [`${architecture}.attention.sliding_window`]: 0,
  }
}

/** The end of a text and the end of a turn, which chat models tell apart. */
function eosIds(...ids: unknown[]): unknown[] {
  return [...new Set(ids.filter((id) => id !== undefined))]
}

/** GGUF keeps 1e-5 as a float32: the shortest decimal that is the same float32. */
function shortest(value: unknown): unknown {
  if (typeof value !== 'number') return value
  const digits = [1, 2, 3, 4, 5, 6, 7, 8].find((n) => Math.fround(Number(value.toPrecision(n))) === value)
  return digits ? Number(value.toPrecision(digits)) : value
}

/**
 * GGUF keeps Llama 3's scaling as what each frequency is divided by. The largest is the factor; the rest must be
 * those of the Llama 3 series.
 */
function withLlama3Scaling(config: ModelConfig, divisors: Float32Array, file: string): ModelConfig {
  const scaling = { factor: divisors.reduce((a, b) => Math.max(a, b), 1), ...LLAMA3_SERIES }
  const scaled = scaling.factor === 1 ? config : { ...config, ropeScaling: scaling }
  const [plain, slowed] = [rotaryFrequencies(config), rotaryFrequencies(scaled)]
  const same = divisors.every((divisor, i) => Math.abs((divisor * slowed[i]!) / plain[i]! - 1) < 1e-4)
  if (same && divisors.length === plain.length) return scaled
  const message = `${file}: ${ROPE_DIVISORS} stretches the rotary frequencies in another way than Llama 3 does, which cannot be run.`
  throw new UserError('bad_input', message)
}
