import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { UserError } from '../../../../electron/contract/errors.ts'
import {
  openSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from '../../../../electron/engine/formats/safetensors.ts'
import { type ModelSource, openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import {
  float32s,
  type GgufTensorEntry,
  ggufBytes,
  ggufString,
  temporaryFolder,
  uint32,
} from '../../formats/weight-bytes.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../../golden')

function readAll({ parameters }: ModelSource): Map<string, Float32Array> {
  return new Map([...parameters.shapes.keys()].map((name) => [name, parameters.read(name)]))
}

/** A copy of a golden model's folder, to be damaged. */
function copyOf(model: string): string {
  const copy = path.join(folder, `${model}-copy`)
  rmSync(copy, { recursive: true, force: true })
  cpSync(path.join(golden, model), copy, { recursive: true })
  return copy
}

function editJson(file: string, edit: (json: Record<string, unknown>) => object): void {
  writeFileSync(file, JSON.stringify(edit(JSON.parse(readFileSync(file, 'utf8')))))
}

/** Rewrites a model's weights with other names or other tensors. */
async function editWeights(
  model: string,
  edit: (tensors: TensorToWrite[]) => TensorToWrite[],
): Promise<void> {
  const file = path.join(model, 'model.safetensors')
  const opened = openSafetensors(file)
  const tensors = [...opened.tensors].map(([name, { shape }]) => {
    const values = opened.readTensor(name)
    return { name, shape, data: () => values }
  })
  await writeSafetensors(file, edit(tensors))
}

const zeros = (name: string, shape: number[]): TensorToWrite => ({
  name,
  shape,
  data: () => new Float32Array(shape.reduce((a, b) => a * b, 1)),
})

function refuses(model: string, ...words: string[]): void {
  assert.throws(
    () => openModelSource(model),
    (error) => {
      assert(error instanceof UserError, String(error))
      for (const word of words) assert(error.message.includes(word), error.message)
      return true
    },
  )
}

test('every golden folder opens with all its parameters, whole or in shards', () => {
  for (const model of ['llama-tied', 'llama-untied', 'llama3-rope', 'qwen2', 'gpt2']) {
    const source = openModelSource(path.join(golden, model))
    const { gradients } = JSON.parse(readFileSync(path.join(golden, model, 'golden.json'), 'utf8')) as {
      gradients: Record<string, { shape: number[] }>
    }
    const shapes = Object.fromEntries([...source.parameters.shapes])
    const expected = Object.fromEntries(Object.entries(gradients).map(([name, { shape }]) => [name, shape]))
    assert.deepEqual(shapes, expected, model)
    for (const [name, values] of readAll(source))
      assert.equal(
        values.length,
        shapes[name]!.reduce((a, b) => a * b, 1),
      )
    assert.deepEqual(source.tokenizerSource, { kind: 'huggingface', folder: path.join(golden, model) })
  }
})

test('GGUF files of every architecture give the parameters that transformers gives', () => {
  const { parameters } = JSON.parse(
    readFileSync(path.join(golden, 'gguf-layouts/expected.json'), 'utf8'),
  ) as {
    parameters: Record<string, Record<string, number[] | number[][]>>
  }
  for (const [architecture, expected] of Object.entries(parameters)) {
    const source = openModelSource(path.join(golden, `gguf-layouts/${architecture}.gguf`))
    assert.deepEqual([...source.parameters.shapes.keys()].sort(), Object.keys(expected).sort(), architecture)
    for (const [name, values] of readAll(source))
      assert.deepEqual(values, Float32Array.from(expected[name]!.flat()), `${architecture}: ${name}`)
  }
})

test('a quantised GGUF file gives the dequantised model, with rows in Hugging Face’s order', () => {
  const { firstValues } = JSON.parse(readFileSync(path.join(golden, 'llama-tied.gguf.json'), 'utf8')) as {
    firstValues: Record<string, number[]>
  }
  const source = openModelSource(path.join(golden, 'llama-tied.gguf'))
  assert.deepEqual(source.config, openModelSource(path.join(golden, 'llama-tied')).config)
  for (const [name, values] of readAll(source))
    assert.deepEqual(values.subarray(0, 32), Float32Array.from(firstValues[name]!), name)
  assert(source.tokenizerSource.kind === 'gguf')
  assert.equal(source.tokenizerSource.metadata.get('tokenizer.ggml.model'), 'gpt2')
})

test('biases of a llama GGUF file are reordered as their rows are', () => {
  const shapes: Record<string, number[]> = {
    'token_embd.weight': [5, 4],
    'blk.0.attn_norm.weight': [4],
    'blk.0.ffn_norm.weight': [4],
    'output_norm.weight': [4],
    'blk.0.ffn_gate.weight': [3, 4],
    'blk.0.ffn_up.weight': [3, 4],
    'blk.0.ffn_down.weight': [4, 3],
  }
  const rows = { attn_q: 16, attn_k: 8, attn_v: 8 }
  for (const [name, n] of Object.entries(rows)) {
    shapes[`blk.0.${name}.weight`] = [n, 4]
    shapes[`blk.0.${name}.bias`] = [n]
  }
  shapes['blk.0.attn_output.weight'] = [4, 16]
  const file = path.join(folder, 'biases.gguf')
  writeFileSync(file, ggufOfRowNumbers(shapes))
  const { config, parameters } = openModelSource(file)
  assert.deepEqual([config.attentionBias, config.attentionOutBias, config.mlpBias], [true, false, false])
  for (const name of ['q_proj', 'k_proj', 'v_proj']) {
    const weight = parameters.read(`model.layers.0.self_attn.${name}.weight`)
    const bias = parameters.read(`model.layers.0.self_attn.${name}.bias`)
    assert.deepEqual(
      [...bias],
      [...weight].filter((_, i) => i % 4 === 0),
      name,
    )
  }
  const q = parameters.read('model.layers.0.self_attn.q_proj.bias')
  assert.deepEqual([...q.subarray(0, 8)], [0, 2, 4, 6, 1, 3, 5, 7]) // one head of 8
})

/** A llama file with two heads of 8 and one key head, in which every value is the number of its row. */
function ggufOfRowNumbers(shapes: Record<string, number[]>): Buffer {
  const sizes = { context_length: 9, embedding_length: 4, block_count: 1, feed_forward_length: 3 }
  const heads = { 'attention.head_count': 2, 'attention.head_count_kv': 1, 'attention.key_length': 8 }
  const numbers = Object.entries({ ...sizes, ...heads }).map(([key, n]) => ({
    key: `llama.${key}`,
    type: 4,
    value: uint32(n),
  }))
  const entries = [
    { key: 'general.architecture', type: 8, value: ggufString('llama') },
    { key: 'llama.attention.layer_norm_rms_epsilon', type: 6, value: float32s(1e-5) },
    ...numbers,
  ]
  const tensors: GgufTensorEntry[] = []
  const data: Buffer[] = []
  for (const [name, shape] of Object.entries(shapes)) {
    const columns = shape[1] ?? 1
    const values = Array.from({ length: shape[0]! * columns }, (_, i) => Math.floor(i / columns))
    tensors.push({ name, dimensions: shape.toReversed(), type: 0, offset: Buffer.concat(data).length })
    data.push(float32s(...values), Buffer.alloc((32 - ((4 * values.length) % 32)) % 32))
  }
  return ggufBytes({ entries, tensors, data: Buffer.concat(data) })
}

test("Llama 3's rotary scaling is derived from a GGUF file's divisors", () => {
  const { config } = openModelSource(path.join(golden, 'gguf-layouts/llama3.gguf'))
  assert.deepEqual(config.ropeScaling, {
    type: 'llama3',
    factor: 32,
    lowFreqFactor: 1,
    highFreqFactor: 4,
    originalMaxPositions: 8192,
  })
  assert.deepEqual([config.headDim, config.ropeTheta, config.normEps], [64, 500_000, 1e-6])
})

test('other rotary divisors are refused', () => {
  const bytes = readFileSync(path.join(golden, 'gguf-layouts/llama3.gguf'))
  const one = Buffer.from(new Float32Array([1]).buffer)
  const last = bytes.lastIndexOf(Buffer.from(new Float32Array([32]).buffer))
  one.copy(bytes, last)
  const file = path.join(folder, 'other-rope.gguf')
  writeFileSync(file, bytes)
  refuses(file, file, 'rope_freqs.weight')
})

test('a head that differs from the embedding it is tied to is used, with a note', async () => {
  const copy = copyOf('qwen2')
  const head = Float32Array.from({ length: 67 * 32 }, (_, i) => i)
  await editWeights(copy, (tensors) => [
    ...tensors,
    { name: 'lm_head.weight', shape: [67, 32], data: () => head },
  ])
  const { config, parameters, notes } = openModelSource(copy)
  assert.equal(config.tiedEmbeddings, false)
  assert.deepEqual(parameters.read('lm_head.weight'), head)
  assert.match(notes.join(), /model\.safetensors: lm_head\.weight differs from model\.embed_tokens\.weight/)
  assert.deepEqual(openModelSource(path.join(golden, 'qwen2')).notes, [])
})

test('a soft-cap that Gemma 3 ignores is noted', () => {
  const copy = copyOf('gemma3')
  editJson(path.join(copy, 'config.json'), (json) => ({ ...json, attn_logit_softcapping: 50 }))
  const { config, notes } = openModelSource(copy)
  assert.equal(config.attentionSoftcap, null)
  assert.match(notes.join(), /config\.json: the key "attn_logit_softcapping" is 50/)
})

test('names without a prefix, computed tables and a tied head are accepted', async () => {
  for (const [model, prefix] of [
    ['gpt2', 'transformer.'],
    ['qwen2', 'model.'],
  ] as const) {
    const copy = copyOf(model)
    const table = model === 'gpt2' ? 'h.0.attn.bias' : 'layers.0.self_attn.rotary_emb.inv_freq'
    const embedding = model === 'gpt2' ? 'transformer.wte.weight' : 'model.embed_tokens.weight'
    await editWeights(copy, (tensors) => [
      ...tensors.map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) })),
      zeros(table, [1, 1, 4, 4]),
      { ...tensors.find(({ name }) => name === embedding)!, name: 'lm_head.weight' },
    ])
    assert.deepEqual(readAll(openModelSource(copy)), readAll(openModelSource(path.join(golden, model))))
  }
})

test('a score head is read, in its only possible shape', async () => {
  const copy = copyOf('llama-tied')
  await editWeights(copy, (tensors) => [...tensors, zeros('score.weight', [1, 32])])
  const source = openModelSource(copy)
  assert.deepEqual(source.parameters.shapes.get('score.weight'), [1, 32])
  assert.deepEqual(source.parameters.read('score.weight'), new Float32Array(32))
  await editWeights(copy, (tensors) => [...tensors.slice(0, -1), zeros('score.weight', [2, 32])])
  refuses(copy, 'score.weight is 2×32, not 1×32')
})

test('missing, unknown and misshapen parameters are named', async () => {
  const copy = copyOf('llama-tied')
  const weights = path.join(copy, 'model.safetensors')
  const without =
    (...names: string[]) =>
    (tensors: TensorToWrite[]) =>
      tensors.filter(({ name }) => !names.includes(name))
  await editWeights(copy, (tensors) => [...tensors, zeros('model.layers.0.self_attn.q_norm.weight', [8])])
  refuses(copy, weights, 'model.layers.0.self_attn.q_norm.weight is not part')
  await editWeights(copy, without('model.layers.0.self_attn.q_norm.weight', 'model.norm.weight'))
  refuses(copy, weights, 'config.json', 'model.norm.weight is missing')
  await editWeights(copy, (tensors) => [...tensors, zeros('model.norm.weight', [31])])
  refuses(copy, 'model.norm.weight is 31, not 32')
  editJson(path.join(copy, 'config.json'), (json) => ({
    ...json,
    num_hidden_layers: 3,
    tie_word_embeddings: false,
  }))
  refuses(copy, 'model.layers.2.input_layernorm.weight', 'and 7 more are missing')
})

test('a vocabulary that does not fit the model is reported', async () => {
  const copy = copyOf('llama-tied')
  editJson(path.join(copy, 'config.json'), (json) => ({ ...json, vocab_size: 66 }))
  refuses(copy, 'model.embed_tokens.weight is 67×32, not 66×32', 'vocabulary')
  const other = copyOf('llama-tied')
  editJson(path.join(other, 'tokenizer.json'), (json) => ({
    ...json,
    added_tokens: [{ id: 70, content: '<x>' }],
  }))
  refuses(other, 'tokenizer.json', 'ids up to 70', '67 tokens')
  const bytes = readFileSync(path.join(golden, 'llama-tied.gguf'))
  const gguf = path.join(folder, 'other-vocabulary.gguf')
  bytes.writeUInt32LE(66, bytes.indexOf('llama.vocab_size') + 'llama.vocab_size'.length + 4)
  writeFileSync(gguf, bytes)
  refuses(gguf, gguf, 'token_embd.weight is 67×32, not 66×32', 'vocabulary')
})

test('generation_config.json says where a response ends', () => {
  const copy = copyOf('qwen2')
  const file = path.join(copy, 'generation_config.json')
  writeFileSync(file, JSON.stringify({ eos_token_id: [2, 5], temperature: 0.7 }))
  assert.deepEqual(openModelSource(copy).config.eosIds, [2, 5])
  writeFileSync(file, JSON.stringify({ eos_token_id: [2, 500] }))
  refuses(copy, file, 'eos_token_id', '500')
})

test('a path without a model is refused with advice', () => {
  refuses(path.join(folder, 'nowhere'), 'nowhere', 'no such file')
  refuses(path.join(golden, 'README.md'), 'README.md', '.gguf')
  refuses(golden, golden, 'config.json', path.join(golden, 'llama-tied.gguf'))
  const empty = path.join(folder, 'empty')
  mkdirSync(empty, { recursive: true })
  refuses(empty, 'config.json')
  cpSync(path.join(golden, 'llama-tied/config.json'), path.join(empty, 'config.json'))
  refuses(empty, 'model.safetensors')
  writeFileSync(path.join(empty, 'pytorch_model.bin'), '')
  refuses(empty, 'pytorch_model.bin')
})

test('a folder whose JSON or shards are broken is refused with the file', () => {
  const copy = copyOf('llama-untied')
  const index = path.join(copy, 'model.safetensors.index.json')
  editJson(index, (json) => ({
    ...json,
    weight_map: { ...(json.weight_map as object), x: '../outside.safetensors' },
  }))
  refuses(copy, index, 'weight_map.x')
  editJson(index, (json) => ({
    ...json,
    weight_map: { 'model.norm.weight': 'model-00001-of-00002.safetensors' },
  }))
  refuses(copy, 'model-00001-of-00002.safetensors lacks model.norm.weight')
  editJson(index, (json) => ({ ...json, weight_map: { 'model.norm.weight': 'gone.safetensors' } }))
  refuses(copy, 'gone.safetensors')
  writeFileSync(index, '{}')
  refuses(copy, index, 'weight_map')
  writeFileSync(index, '{"weight_map": {')
  refuses(copy, index, 'JSON')
  writeFileSync(path.join(copy, 'config.json'), '')
  refuses(copy, path.join(copy, 'config.json'), 'JSON')
})

test('altered models are opened or refused, without any other error', () => {
  const copy = copyOf('gpt2')
  const openOrRefuse = (model: string) => {
    try {
      readAll(openModelSource(model))
    } catch (error) {
      assert(error instanceof UserError, error instanceof Error ? error.stack : String(error))
    }
  }
  const damage = (original: string, target: string, model: string, end: number) => {
    const whole = readFileSync(original)
    const change = fc.tuple(fc.nat(Math.min(end, whole.length) - 1), fc.nat(255))
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of changes) bytes[at] = value
      writeFileSync(target, bytes)
      openOrRefuse(model)
    })
    fc.assert(property, { numRuns: 200 })
    writeFileSync(target, whole)
  }
  const file = (name: string) => path.join(golden, 'gpt2', name)
  damage(file('config.json'), path.join(copy, 'config.json'), copy, 1e9)
  damage(file('model.safetensors'), path.join(copy, 'model.safetensors'), copy, 3000)
  const gguf = path.join(folder, 'fuzzed-model.gguf')
  damage(path.join(golden, 'llama-tied.gguf'), gguf, gguf, 4500)
})

test('a name of the Hub is answered with how to download it, or where it lies in the cache', () => {
  const hub = path.join(folder, 'hub')
  const snapshot = path.join(hub, 'models--owner--cached-1B/snapshots/0123abc')
  mkdirSync(snapshot, { recursive: true })
  writeFileSync(path.join(snapshot, 'config.json'), '{}')
  process.env.HF_HUB_CACHE = hub
  const messageOf = (given: string) => {
    try {
      openModelSource(given)
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  assert.match(
    messageOf('HuggingFaceTB/SmolLM2-135M-Instruct'),
    /may be the name of a model on the Hugging Face Hub.*"hf download HuggingFaceTB\/SmolLM2-135M-Instruct --local-dir models\/SmolLM2-135M-Instruct"/,
  )
  assert.match(
    messageOf(path.resolve('https://huggingface.co/Qwen/Qwen3-0.6B/tree/main')),
    /hf download Qwen\/Qwen3-0\.6B /,
  )
  assert.ok(
    messageOf('owner/cached-1B').endsWith(`give the folder ${snapshot}`),
    messageOf('owner/cached-1B'),
  )
  for (const given of [
    'nowhere',
    './a/b/c',
    '/nowhere/at/all',
    'models/base.gguf',
    'models/base',
    'test/base',
  ])
    assert.doesNotMatch(messageOf(given), /Hub/, given)
})

test('NaN and other activations are refused by line and key, in the words of the file', () => {
  const copy = copyOf('llama-tied')
  const file = path.join(copy, 'config.json')
  const config = JSON.parse(readFileSync(file, 'utf8'))
  const messageOf = (text: string) => {
    writeFileSync(file, text)
    try {
      openModelSource(copy)
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  const withNaN = JSON.stringify({ ...config, rope_scaling: 'X' }, null, 1).replace('"X"', 'NaN')
  const line = withNaN.split('\n').findIndex((each) => each.includes('NaN')) + 1
  assert.match(
    messageOf(withNaN),
    new RegExp(`has NaN for the key "rope_scaling" \\(line ${line}\\), which is not JSON`),
  )
  assert.match(messageOf('{"a": [1, -Infinity]}'), /has -Infinity for the key "a" \(line 1\)/)
  assert.match(messageOf('{"a": "NaN", }'), /cannot be read as JSON/)
  for (const hidden_act of ['gelu_tanh', 'relu'])
    assert.match(
      messageOf(JSON.stringify({ ...config, hidden_act })),
      new RegExp(
        `the key "hidden_act" is "${hidden_act}", which is not supported\\. Supported: silu, .*gelu_pytorch_tanh`,
      ),
    )
})
