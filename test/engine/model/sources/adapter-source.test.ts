/** Adapters of PEFT, opened as models: the weights that PEFT merges, and a sentence for what PEFT computes otherwise. */
import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { UserError } from '../../../../electron/contract/errors.ts'
import {
  openSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from '../../../../electron/engine/formats/safetensors.ts'
import { openModelSource } from '../../../../electron/engine/model/sources/model-source.ts'
import { assertClose } from '../../../golden.ts'
import { temporaryFolder } from '../../formats/weight-bytes.ts'

const golden = path.resolve(import.meta.dirname, '../../../golden')
const adapters = path.join(golden, 'adapters')
const folder = temporaryFolder()

interface Expected {
  base: string
  merged: Record<string, number[]>
}

for (const name of readdirSync(adapters))
  test(`the adapter "${name}" opens as the weights that PEFT merges`, () => {
    const { base, merged } = JSON.parse(
      readFileSync(path.join(adapters, name, 'expected.json'), 'utf8'),
    ) as Expected
    const source = openModelSource(path.join(adapters, name))
    const before = openModelSource(path.join(golden, base))
    assert.deepEqual(source.config, before.config)
    assert.equal(source.classification?.kind, 'score.weight' in merged ? 'sequence' : undefined)
    assert.match(source.notes.join(), new RegExp(`${base} with the adapter's weights added`))
    assert.deepEqual(
      Object.keys(merged).filter((each) => !source.parameters.shapes.has(each)),
      [],
    )
    for (const parameter of source.parameters.shapes.keys()) {
      const values = source.parameters.read(parameter)
      const expected = merged[parameter]
      if (expected) assertClose(values, expected, parameter, { absolute: 1e-6, relative: 1e-6 })
      else assert.deepEqual(values, before.parameters.read(parameter), parameter)
    }
  })

/** A copy of an adapter with its base's path, to be damaged. */
function copyOf(name: string, changes: Record<string, unknown> = {}): string {
  const copy = path.join(folder, name)
  rmSync(copy, { recursive: true, force: true })
  cpSync(path.join(adapters, name), copy, { recursive: true })
  const { base } = JSON.parse(readFileSync(path.join(copy, 'expected.json'), 'utf8')) as Expected
  editConfig(copy, { base_model_name_or_path: path.join(golden, base), ...changes })
  return copy
}

function editConfig(copy: string, changes: Record<string, unknown>): void {
  const file = path.join(copy, 'adapter_config.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }))
}

async function editTensors(copy: string, edit: (tensors: TensorToWrite[]) => TensorToWrite[]): Promise<void> {
  const file = path.join(copy, 'adapter_model.safetensors')
  const opened = openSafetensors(file)
  const tensors = [...opened.tensors].map(([name, { shape }]) => {
    const values = opened.readTensor(name)
    return { name, shape, data: () => values }
  })
  await writeSafetensors(file, edit(tensors))
}

function refuses(model: string, ...words: string[]): void {
  assert.throws(
    () => openModelSource(model),
    (error) => {
      assert(error instanceof UserError, String(error))
      for (const word of words) assert(error.message.includes(word), `${word}: ${error.message}`)
      return true
    },
  )
}

const file = 'adapter_config.json: the key'
const refusals: [title: string, changes: Record<string, unknown>, ...words: string[]][] = [
  ['another method', { peft_type: 'IA3' }, `${file} "peft_type" is wrong: "IA3"`, 'merge_and_unload'],
  ['another task', { task_type: 'SEQ_2_SEQ_LM' }, `${file} "task_type" is wrong: "SEQ_2_SEQ_LM"`],
  ['trained biases', { bias: 'all' }, `${file} "bias" is wrong: "all"`],
  ['DoRA', { use_dora: true }, `${file} "use_dora" is true`],
  ['PiSSA', { init_lora_weights: 'pissa_niter_4' }, `${file} "init_lora_weights" is wrong`],
  ['added tokens', { trainable_token_indices: [3] }, `${file} "trainable_token_indices" is [3]`],
  ['a key of a later version', { use_more: 1 }, `${file} "use_more" is 1`],
  ['no rank', { r: undefined }, `${file} "r" is missing`],
  ['a rank of text', { r: '2' }, `${file} "r" is wrong: "2"`],
  ['a rank of zero', { r: 0 }, `${file} "r" is wrong: 0`],
  ['an expression', { rank_pattern: { 'layers.[01]': 3 } }, `${file} "rank_pattern"`, 'layers.[01]'],
  ['another rank', { r: 4 }, 'o_proj.lora_A.weight is 2×48, not 4×48'],
  ['no base', { base_model_name_or_path: null }, `${file} "base_model_name_or_path" names no model`],
  [
    'an unknown base',
    { base_model_name_or_path: 'a/b' },
    'which is not a model on this machine',
    'hf download a/b',
  ],
  ['itself as base', { base_model_name_or_path: '.' }, 'which is an adapter too'],
  [
    'another base',
    { base_model_name_or_path: path.join(golden, 'qwen2') },
    'o_proj.lora_A.weight is 2×48, not 2×32',
  ],
  [
    'a layer that it lacks',
    { target_modules: ['o_proj', 'k_proj'] },
    'lacks',
    'layers.0.self_attn.k_proj.lora_A',
  ],
  [
    'a layer that is not named',
    { target_modules: ['norm'] },
    'has base_model.model.model.layers.0.self_attn.o_proj.lora_A',
    'target_modules',
  ],
  [
    'a module that it lacks',
    { modules_to_save: ['lm_head', 'norm', 'embed_tokens'] },
    'lacks model.embed_tokens.weight',
    'modules_to_save',
  ],
  ['a module that is not named', { modules_to_save: ['lm_head'] }, 'model.norm.weight does not belong'],
]
for (const [title, changes, ...words] of refusals)
  test(`an adapter with ${title} is refused by name`, () => {
    const copy = copyOf('saved-head', changes)
    process.chdir(copy)
    refuses(copy, ...words)
  })

test('tensors that are missing, unknown, twice there or of another shape are refused by name', async () => {
  const edits: [edit: (tensors: TensorToWrite[]) => TensorToWrite[], ...words: string[]][] = [
    [
      (all) => all.filter(({ name }) => !name.includes('layers.1')),
      'lacks',
      'layers.1.self_attn.o_proj.lora_A',
    ],
    [
      (all) => all.filter(({ name }) => !name.endsWith('0.self_attn.o_proj.lora_B.weight')),
      'lacks',
      'lora_B',
    ],
    [(all) => all.map((each) => ({ ...each, name: each.name.replace('o_proj', 'x_proj') })), 'lacks'],
    [
      (all) => [...all, { name: 'base_model.model.extra', shape: [1], data: () => new Float32Array(1) }],
      'extra',
    ],
    [
      (all) => [...all, { ...all[0]!, name: all[0]!.name.replace('base_model.model.', '') }],
      'same parameter',
    ],
    [
      (all) => all.map((each) => ({ ...each, shape: each.shape.toReversed() })),
      'lora_A.weight is 48×2, not 2×48',
    ],
  ]
  for (const [edit, ...words] of edits) {
    const copy = copyOf('saved-head')
    await editTensors(copy, edit)
    refuses(copy, ...words)
  }
})

test('an adapter that replaces a table which its base shares is refused', async () => {
  const copy = copyOf('score', { task_type: 'CAUSAL_LM' })
  await editTensors(copy, (all) => [
    ...all.filter(({ name }) => !name.includes('score')),
    {
      name: 'base_model.model.model.embed_tokens.weight',
      shape: [67, 32],
      data: () => new Float32Array(67 * 32),
    },
  ])
  refuses(copy, 'embed_tokens.weight replaces a table')
})

test('an adapter without its weights, or in PyTorch’s format, is refused with what to do', () => {
  const copy = copyOf('saved-head')
  rmSync(path.join(copy, 'adapter_model.safetensors'))
  refuses(copy, 'no adapter_model.safetensors', 'Copy or download')
  writeFileSync(path.join(copy, 'adapter_model.bin'), 'x')
  refuses(copy, "adapter_model.bin is in PyTorch's format")
})

test('an adapter has its own tokenizer, or its base’s', () => {
  const copy = copyOf('saved-head')
  assert.deepEqual(openModelSource(copy).tokenizerSource, {
    kind: 'huggingface',
    folder: path.join(golden, 'llama-untied'),
  })
  cpSync(path.join(golden, 'llama-tied/tokenizer.json'), path.join(copy, 'tokenizer.json'))
  assert.deepEqual(openModelSource(copy).tokenizerSource, { kind: 'huggingface', folder: copy })
})

test('a whole model with an adapter’s configuration is opened as it is, with a note', () => {
  const copy = path.join(folder, 'whole')
  cpSync(path.join(golden, 'llama-untied'), copy, { recursive: true })
  writeFileSync(path.join(copy, 'adapter_config.json'), '{}')
  assert.match(openModelSource(copy).notes.join(), /adapter_config\.json is not used/)
})

test('an adapter of a GGUF file keeps the matrices packed that it does not change', () => {
  const copy = copyOf('score', { base_model_name_or_path: path.join(golden, 'llama-tied.gguf') })
  const { parameters } = openModelSource(copy)
  const base = openModelSource(path.join(golden, 'llama-tied.gguf'))
  for (const name of parameters.shapes.keys()) {
    if (name.includes('down_proj')) assert.equal(parameters.readPacked?.(name), null)
    else
      assert.deepEqual(
        parameters.readPacked?.(name),
        name === 'score.weight' ? null : base.parameters.readPacked?.(name),
      )
  }
})
