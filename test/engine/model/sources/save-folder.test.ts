/** Exported folders: number formats, shards, and the form in which other tools read reward models. */
import assert from 'node:assert/strict'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openSafetensors, writeSafetensors } from '../../../../electron/engine/formats/safetensors.ts'
import { baseNameOf, hubNameOf } from '../../../../electron/engine/model/sources/base-name.ts'
import { configText } from '../../../../electron/engine/model/sources/huggingface-config.ts'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import {
  type FolderOptions,
  saveFolder,
  shardsOf,
} from '../../../../electron/engine/model/sources/save-folder.ts'
import { temporaryFolder, writeToyModel } from '../../../invariant/toy.ts'

const folder = temporaryFolder()
const golden = path.resolve(import.meta.dirname, '../../../golden')
const plain: FolderOptions = { dtype: 'F32', maxShardBytes: 2e9, classification: null, scoresEnd: false }
let saved = 0

async function save(source: string, options: Partial<FolderOptions> = {}) {
  const out = path.join(folder, `out-${saved++}`)
  const padding = await saveFolder(openModelSource(source), out, { ...plain, ...options })
  return { out, padding, config: json(path.join(out, 'config.json')) }
}

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

/** With a head and tokenizer; `changes` go to tokenizer_config.json. */
async function scored(changes: object = {}, config: object = {}): Promise<string> {
  const model = await writeToyModel(path.join(folder, `scored-${saved++}`), {
    scored: true,
    config: { ...config },
  })
  const file = path.join(model, 'tokenizer_config.json')
  writeFileSync(file, JSON.stringify({ ...json(file), ...changes }))
  return model
}

test('values are rounded to the nearest, ties to even', async () => {
  // 1 + 2^-8 and 1 + 3·2^-8 lie between two bfloat16 neighbours; 2049 and 2051 between two of float16.
  const values = new Float32Array([
    1 + 2 ** -8,
    1 + 3 * 2 ** -8,
    1 + 2 ** -8 + 2 ** -20,
    2049,
    2051,
    -0,
    1e-40,
  ])
  const tensors = [
    { name: 'b', shape: [7], dtype: 'BF16' as const, data: () => values },
    { name: 'h', shape: [7], dtype: 'F16' as const, data: () => values },
  ]
  const file = path.join(folder, 'rounded.safetensors')
  await writeSafetensors(file, tensors)
  const opened = openSafetensors(file)
  assert.deepEqual([...opened.readTensor('b')].slice(0, 5), [1, 1 + 4 * 2 ** -8, 1 + 2 ** -7, 2048, 2048])
  assert.deepEqual(
    [...opened.readTensor('h')],
    [1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8, 2048, 2052, -0, 0],
  )
  assert.equal(opened.tensors.get('b')!.sizeBytes, 14)
})

test('a value beyond float16 is refused with its tensor, and no file is left', async () => {
  const data = () => new Float32Array([1, 70_000])
  const file = path.join(folder, 'beyond.safetensors')
  await assert.rejects(writeSafetensors(file, [{ name: 'w', shape: [2], dtype: 'F16', data }]), {
    code: 'bad_input',
    message: /w holds 70000, which F16 cannot hold\. Export the model as BF16/,
  })
  assert.ok(!existsSync(file))
})

for (const name of ['llama-tied', 'llama-untied.copy', 'qwen2.copy', 'llama-tied.gguf']) {
  test(`${name}: what is saved in shards opens again with the same parameters`, async () => {
    const source = name.endsWith('.copy') ? withTokenizer(name.replace('.copy', '')) : path.join(golden, name)
    const { out, config } = await save(source, { maxShardBytes: 20_000 })
    const files = readdirSync(out)
    const shards = files.filter((file) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(file))
    assert.ok(shards.length > 1 && files.includes('model.safetensors.index.json'), `${files}`)
    const { metadata, weight_map: holders } = json(path.join(out, 'model.safetensors.index.json'))
    assert.deepEqual([...new Set(Object.values(holders))].sort(), shards.sort())
    const [before, after] = [openModelSource(source), openModelSource(out)]
    let bytes = 0
    for (const [parameter, shape] of before.parameters.shapes) {
      assert.deepEqual(after.parameters.shapes.get(parameter), shape)
      assert.deepEqual(after.parameters.read(parameter), before.parameters.read(parameter), parameter)
      bytes += 4 * shape.reduce((a, b) => a * b, 1)
    }
    assert.equal(metadata.total_size, bytes)
    assert.equal(config.torch_dtype, 'float32')
    assert.deepEqual(json(path.join(out, 'generation_config.json')).eos_token_id, config.eos_token_id)
  })
}

function withTokenizer(name: string): string {
  const copy = path.join(folder, `${name}-${saved++}`)
  cpSync(path.join(golden, name), copy, { recursive: true })
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(path.join(golden, 'llama-tied', file), path.join(copy, file))
  return copy
}

test('a shard is as full as it gets, and a tensor that is larger has its own', () => {
  const sizes = [4, 4, 20, 4, 8, 12]
  const tensors = sizes.map((bytes, i) => ({
    name: `t${i}`,
    shape: [bytes / 4],
    data: () => new Float32Array(),
  }))
  assert.deepEqual(
    shardsOf(tensors, 16).map((shard) => shard.map(({ name }) => name)),
    [['t0', 't1'], ['t2'], ['t3', 't4'], ['t5']],
  )
  assert.equal(shardsOf(tensors, 1000).length, 1)
})

test('a reward model is saved as a classifier with one label, without output matrix', async () => {
  const model = await scored({}, { tie_word_embeddings: false })
  const { out, config, padding } = await save(model, {
    classification: 'sequence',
    scoresEnd: true,
    dtype: 'BF16',
  })
  assert.deepEqual(
    [config.architectures, config.num_labels, config.id2label, config.label2id, config.torch_dtype],
    [['LlamaForSequenceClassification'], 1, { 0: 'reward' }, { reward: 0 }, 'bfloat16'],
  )
  assert.deepEqual([padding, config.pad_token_id], [{ id: 0, content: '<|endoftext|>' }, 0])
  const { tensors } = openSafetensors(path.join(out, 'model.safetensors'))
  assert.deepEqual(tensors.get('score.weight')!.shape, [1, 16])
  assert.ok(!tensors.has('lm_head.weight') && !tensors.has('score.bias'))
  assert.ok(!existsSync(path.join(out, 'generation_config.json')))
  const { classification, config: read } = openModelSource(out)
  assert.deepEqual([classification?.kind, read.headless], ['sequence', true])
  const tokens = await save(model, { classification: 'token' })
  assert.deepEqual(tokens.config.architectures, ['LlamaForTokenClassification'])
  assert.equal(openModelSource(tokens.out).classification?.kind, 'token')
})

test('the padding of a model that scores the end of a text is not the end token', async () => {
  const asEnd = { pad_token: '<|im_end|>' }
  const model = await scored(asEnd)
  const { out, padding, config } = await save(model, { classification: 'sequence', scoresEnd: true })
  assert.deepEqual([padding?.id, config.pad_token_id], [1, 1], 'the begin token ends no text')
  const { pad_token, eos_token } = json(path.join(out, 'tokenizer_config.json'))
  assert.deepEqual([pad_token, eos_token], ['<|im_start|>', '<|im_end|>'])
  const others = await save(model, { classification: 'sequence', scoresEnd: false })
  assert.equal(json(path.join(others.out, 'tokenizer_config.json')).pad_token, '<|im_end|>')
})

test('a head that GPT-2 calls classifier is written and read under that name', async () => {
  const source = withTokenizer('reward-models/gpt2-tokens')
  const { out, config } = await save(source, { classification: 'token' })
  assert.deepEqual(config.architectures, ['GPT2ForTokenClassification'])
  const { tensors } = openSafetensors(path.join(out, 'model.safetensors'))
  assert.ok(
    tensors.has('classifier.weight') && tensors.has('classifier.bias') && !tensors.has('score.weight'),
  )
  const read = (folder: string) => openModelSource(folder).parameters.read('score.weight')
  assert.deepEqual(read(out), read(source))
})

test('a model is cited by its name on the Hub if its files tell it', () => {
  const snapshot = path.join(folder, 'models--some-owner--Some-Model-1B/snapshots/0123abc')
  mkdirSync(snapshot, { recursive: true })
  assert.deepEqual(
    [baseNameOf(snapshot), hubNameOf(snapshot)],
    ['some-owner/Some-Model-1B', 'some-owner/Some-Model-1B'],
  )
  const named = path.join(folder, 'named')
  mkdirSync(named)
  writeFileSync(path.join(named, 'config.json'), JSON.stringify({ _name_or_path: 'owner/name' }))
  assert.deepEqual([baseNameOf(named), hubNameOf(named)], [named, 'owner/name'])
  writeFileSync(path.join(named, 'config.json'), JSON.stringify({ _name_or_path: '/home/me/model' }))
  assert.equal(hubNameOf(named), null)
})

test('numbers that transformers wants as floats are written as such', async () => {
  const { out } = await save(
    await writeToyModel(path.join(folder, 'theta'), { config: { rope_theta: 500000 } }),
  )
  assert.match(readFileSync(path.join(out, 'config.json'), 'utf8'), /"rope_theta": 500000\.0,/)
  assert.equal(
    configText({ factor: 8, final_logit_softcapping: 0.5, x: { rope_theta: 1 } }).match(/\.0/g)?.length,
    2,
  )
})
