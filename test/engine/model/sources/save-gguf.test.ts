import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openGguf } from '../../../../electron/engine/formats/gguf.ts'
import { numberFormats } from '../../../../electron/engine/formats/number-formats.ts'
import { openSafetensors, writeSafetensors } from '../../../../electron/engine/formats/safetensors.ts'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import {
  type GgufFileType,
  ggufFileTypes,
  saveGguf,
} from '../../../../electron/engine/model/sources/save-gguf.ts'
import { openTokenizer } from '../../../../electron/engine/tokenizer/index.ts'
import { temporaryFolder } from '../../formats/weight-bytes.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../../golden')
const tokenizerFiles = ['tokenizer.json', 'tokenizer_config.json']

/** A copy of a golden model with the tokenizer that the golden models share. */
function modelWithTokenizer(name: string): string {
  const copy = path.join(folder, name)
  if (existsSync(copy)) return copy
  cpSync(path.join(golden, name), copy, { recursive: true })
  for (const file of tokenizerFiles) cpSync(path.join(golden, 'llama-tied', file), path.join(copy, file))
  return copy
}

async function saved(name: string, type: GgufFileType) {
  const source = openModelSource(modelWithTokenizer(name))
  const file = path.join(folder, `${name}-${type}.gguf`)
  await saveGguf(source, file, { name, type })
  return { source, file, back: openModelSource(file) }
}

/** What is left of values that are stored in a type, in blocks along rows of this length. */
function stored(values: Float32Array, type: keyof typeof ggufFileTypes, rowLength: number): Float32Array {
  const format = numberFormats[rowLength % numberFormats[type].blockSize === 0 ? type : 'F16']
  const bytes = new Uint8Array((values.length / format.blockSize) * format.blockBytes)
  format.encode(values, bytes)
  const out = new Float32Array(values.length)
  format.decode(bytes, out)
  return out
}

function transposed(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  return Float32Array.from(values, (_, i) => values[(i % rows!) * columns! + Math.floor(i / rows!)]!)
}

const isConv1d = /\.c_(attn|proj|fc)\.weight$/

for (const name of [
  'llama-tied',
  'llama-untied',
  'qwen2',
  'gpt2',
  'phi3',
  'phi3-long',
  'granite',
  'gpt-neox',
])
  for (const type of Object.keys(ggufFileTypes) as GgufFileType[])
    test(`${name} written as ${type} is read back with the same settings and every value as ${type} has it`, async () => {
      const { source, back } = await saved(name, type)
      // GPT-2's config.json has no padding token; the file has the tokenizer's.
      assert.deepEqual(back.config, { ...source.config, padId: openTokenizer(source.tokenizerSource).padId })
      assert.deepEqual([...back.parameters.shapes], [...source.parameters.shapes])
      for (const [parameter, shape] of source.parameters.shapes) {
        const values = source.parameters.read(parameter)
        const isExact = shape.length < 2 || parameter === 'transformer.wpe.weight'
        const turned = isConv1d.test(parameter)
        const expected = isExact
          ? values
          : turned
            ? transposed(stored(transposed(values, shape), type, shape[0]!), shape.toReversed())
            : stored(values, type, shape.at(-1)!)
        assert.deepEqual(back.parameters.read(parameter), expected, parameter)
      }
    })

test('the file says what llama.cpp needs to know', async () => {
  const { file, source, back } = await saved('llama-tied', 'Q8_0')
  const { metadata, tensors } = openGguf(file)
  const expected: Record<string, unknown> = {
    'general.architecture': 'llama',
    'general.type': 'model',
    'general.name': 'llama-tied',
    'general.file_type': 7,
    'general.quantization_version': 2,
    'llama.vocab_size': source.config.vocabSize,
    'llama.block_count': source.config.numLayers,
    'llama.attention.head_count_kv': source.config.numKvHeads,
    'llama.rope.dimension_count': source.config.headDim,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.eos_token_id': source.config.eosIds[0],
    'tokenizer.ggml.add_bos_token': false,
  }
  for (const [key, value] of Object.entries(expected)) assert.deepEqual(metadata.get(key), value, key)
  assert.equal((metadata.get('tokenizer.ggml.tokens') as unknown[]).length, source.config.vocabSize)
  assert.equal(tensors.get('blk.0.attn_norm.weight')!.type, 'F32')
  assert.deepEqual(new Set([...tensors.values()].map(({ type }) => type)), new Set(['F32', 'F16', 'Q8_0']))
  for (const { position } of tensors.values()) assert.equal(position % 32, 0)
  const messages = [{ role: 'user', content: 'the cat sat on a mat' } as const]
  const ids = [source, back].map(({ tokenizerSource }) =>
    openTokenizer(tokenizerSource).encodeChat(messages, { addGenerationPrompt: true }),
  )
  assert.deepEqual(ids[0], ids[1])
})

test("Llama 3's rotary scaling is written as what each frequency is divided by", async () => {
  const source = openModelSource(modelWithTokenizer('llama3-rope'))
  const file = path.join(folder, 'llama3.gguf')
  await saveGguf(source, file, { name: 'x', type: 'F16' })
  const divisors = openGguf(file).readTensor('rope_freqs.weight')
  assert.equal(divisors.length, source.config.headDim / 2)
  const scaling = source.config.ropeScaling
  assert(scaling?.type === 'llama3')
  assert.equal(divisors[0], 1)
  assert(Math.abs(divisors.at(-1)! / scaling.factor - 1) < 1e-6)
})

test('the same model gives the same bytes', async () => {
  const { file, source } = await saved('llama-tied', 'BF16')
  const again = path.join(folder, 'again.gguf')
  await saveGguf(source, again, { name: 'llama-tied', type: 'BF16' })
  assert.deepEqual(readFileSync(again), readFileSync(file))
})

test('a model that GGUF cannot hold is refused, and no file is left', async () => {
  const target = path.join(folder, 'refused')
  mkdirSync(target)
  const refuses = (model: string, type: GgufFileType, message: RegExp) =>
    assert.rejects(saveGguf(openModelSource(model), path.join(target, 'm.gguf'), { name: 'm', type }), {
      name: 'UserError',
      message,
    })
  const edited = async (name: string, edit: (values: Float32Array) => void, extra: object) => {
    const copy = path.join(folder, name)
    cpSync(modelWithTokenizer('llama-tied'), copy, { recursive: true })
    const weights = path.join(copy, 'model.safetensors')
    const opened = openSafetensors(weights)
    const tensors = [...opened.tensors].map(([tensor, { shape }]) => {
      const values = opened.readTensor(tensor)
      if (tensor === 'model.embed_tokens.weight') edit(values)
      return { name: tensor, shape, data: () => values }
    })
    const score = { name: 'score.weight', shape: [1, 32], data: () => new Float32Array(32) }
    await writeSafetensors(weights, name === 'reward' ? [...tensors, score] : tensors)
    const config = path.join(copy, 'config.json')
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), ...extra }))
    return copy
  }
  const large = await edited('large', (values) => values.fill(70_000, 3, 4), {})
  await refuses(
    large,
    'F16',
    /token_embd\.weight holds 70000, which F16 cannot hold\. Export the model as BF16/,
  )
  const { hiddenSize } = openModelSource(large).config
  assert.equal(hiddenSize, 32)
  await refuses(await edited('reward', () => {}, {}), 'BF16', /is a reward model/)
  const yarn = { rope_type: 'yarn', factor: 2, original_max_position_embeddings: 8, truncate: false }
  await refuses(
    await edited('yarn', () => {}, { rope_scaling: yarn }),
    'BF16',
    /no rotary scaling of the kind yarn without truncation/,
  )
  const betas = { ...yarn, truncate: true, beta_fast: 16 }
  await refuses(
    await edited('betas', () => {}, { rope_scaling: betas }),
    'BF16',
    /kind yarn with beta_fast 16 and beta_slow 1/,
  )
  await refuses(
    modelWithTokenizer('gpt-neox-serial'),
    'BF16',
    /gelu for GPT-NeoX, not this model's gelu_tanh/,
  )
  await refuses(modelWithTokenizer('gpt-neo'), 'BF16', /llama\.cpp does not have GPT-Neo/)
  assert.deepEqual(readdirSync(target), [])
})
