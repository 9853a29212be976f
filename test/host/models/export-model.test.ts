/** Exports from a project: the model card says what the project recorded, and a reward model keeps its scores' meaning. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { createRouterClient } from '@orpc/server'
import { openSafetensors, writeSafetensors } from '../../../electron/engine/formats/safetensors.ts'
import { licenceOf } from '../../../electron/host/models/licence.ts'
import { openHost } from '../../../electron/host/router.ts'
import { quickCompilation } from '../../invariant/compiled.ts'
import { type ToyFiles, writeToyFiles } from '../../invariant/toy-jobs.ts'
import { temporaryFolder } from '../entry/cli-process.ts'
import { makeToyProject } from '../toy-project.ts'

process.env.XLA_FLAGS ??= quickCompilation
const folder = temporaryFolder()
const project = path.join(folder, 'toy.stet')
const lab = openHost({ onOutput: () => {} })
const host = createRouterClient(lab.router)
after(() => lab.close())
let files: ToyFiles

const config = { batchSize: 4, maxSteps: 2, learningRate: 1e-2 }

async function finish(events: AsyncIterator<unknown, unknown>): Promise<void> {
  while (!(await events.next()).done);
}

before(async () => {
  files = await writeToyFiles(folder)
  writeFileSync(
    path.join(files.base, 'README.md'),
    '---\nlanguage: en\nlicense: "other"\nlicense_name: toy-licence\nlicense_link: https://example.org/licence\n---\n# Toy\n',
  )
  await makeToyProject(host, project, 12)
  await finish(
    await host.verbs['train sft']({
      project,
      model: files.base,
      name: 'policy',
      config: { ...config, loraRank: 2 },
    }),
  )
  await finish(await host.verbs['train reward']({ project, model: 'policy', name: 'rewards', config }))
})

const exportTo = (model: string, out: string, more: object = {}) =>
  host.verbs['export-model']({ project, model, out: path.join(folder, out), ...more })
const textOf = (...parts: string[]) => readFileSync(path.join(folder, ...parts), 'utf8')
const jsonOf = (...parts: string[]) => JSON.parse(textOf(...parts))

test('the card names base, data, recipe, licence and what was measured', async () => {
  await exportTo('rewards', 'rewards', { numbers: 'F16' })
  const card = textOf('rewards', 'README.md')
  const [, matter] = card.split('---\n')
  assert.match(
    matter!,
    /^license: other\nlicense_name: toy-licence\nlicense_link: "https:\/\/example\.org\/licence"\n/,
  )
  assert.match(
    matter!,
    /library_name: transformers\npipeline_tag: token-classification\ntags:\n- stet\n- reward-model\n/,
  )
  for (const words of [
    'trained with scheme bt-balanced',
    'float16, rounded to the nearest with ties to even',
    '`base` → SFT (policy) → Reward model (rewards)',
    /\d+ rows for training, \d+ held out/,
    /- rows\.jsonl: rows\.jsonl \(SHA-256 [0-9a-f]{64}\)/,
    '### SFT: policy',
    '| loraRank | 2 |',
    '### Reward model: rewards',
    /\| reward\/accuracy \| [\d.]+ \| mean \[S\(preferred\) > S\(rejected\)\] \|/,
    'That of the base model `base`: other (toy-licence, https://example.org/licence).',
    'AutoModelForTokenClassification',
  ])
    assert.ok(typeof words === 'string' ? card.includes(words) : words.test(card), `${words}\n${card}`)
  const settings = jsonOf('rewards', 'export.json')
  assert.deepEqual([settings.numbers, settings.rounding], ['F16', 'to the nearest, ties to even'])
  assert.deepEqual(jsonOf('rewards', 'reward.json').scheme, 'bt-balanced')
})

test('an unknown licence is said to be unknown, and an evaluation is quoted with its judge', async () => {
  const other = path.join(folder, 'unlicensed')
  cpSync(files.base, other, { recursive: true })
  writeFileSync(path.join(other, 'README.md'), '# No front matter\n')
  await host.models.importModel({ project, path: other, name: 'plain' })
  const judged = {
    project,
    judge: 'length:longer' as never,
    candidate: 'plain',
    reference: 'policy',
    maxNew: 4,
  }
  await finish(await host.verbs.judge(judged))
  await exportTo('plain', 'plain')
  const card = textOf('plain', 'README.md')
  assert.match(card, /^---\nlibrary_name: transformers\npipeline_tag: text-generation\ntags:\n- stet\n---\n/)
  assert.match(card, /Unknown: the files of `unlicensed` do not state one/)
  assert.match(
    card,
    /- [\d.]+% wins against policy on \d+ held-out prompts \(95% interval .*, judged by length longer\./,
  )
  assert.match(card, /Imported from `unlicensed`; this project did not train it/)
})

test('adapters are exported with the present path of their base; a model without them is refused', async () => {
  const result = await exportTo('policy', 'adapter', { format: 'adapter' })
  assert.ok(result.files.includes('adapter_model.safetensors') && result.files.includes('tokenizer.json'))
  assert.equal(jsonOf('adapter', 'adapter_config.json').base_model_name_or_path, files.base)
  assert.match(textOf('adapter', 'README.md'), /library_name: peft[\s\S]*AutoPeftModelForCausalLM/)
  await assert.rejects(exportTo('rewards', 'none', { format: 'adapter' }), {
    code: 'not_found',
    message: /"rewards" has no adapters: it was not trained with --lora-rank/,
  })
})

test('a reward model whose class transformers lacks is exported with a sentence that says so', async () => {
  const golden = path.resolve(import.meta.dirname, '../../golden')
  const granite = path.join(folder, 'granite')
  cpSync(path.join(golden, 'granite'), granite, { recursive: true })
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    cpSync(path.join(golden, 'llama-tied', file), path.join(granite, file))
  const weights = openSafetensors(path.join(granite, 'model.safetensors'))
  const tensors = [...weights.tensors].map(([name, { shape }]) => {
    const values = weights.readTensor(name)
    return { name, shape, data: () => values }
  })
  const score = { name: 'score.weight', shape: [1, 32], data: () => new Float32Array(32) }
  await writeSafetensors(weights.path, [...tensors, score])
  await host.models.importModel({ project, path: granite, name: 'granite' })
  const { notes } = await exportTo('granite', 'granite-out')
  const sentence =
    'transformers has no GraniteForSequenceClassification, so it cannot load this reward model without code of your own; Stet does.'
  assert.deepEqual(notes, [sentence])
  const card = textOf('granite-out', 'README.md')
  assert.ok(card.includes(`## Use\n\n${sentence}\n`), card)
  assert.ok(!card.includes('from_pretrained'))
  assert.deepEqual((await exportTo('rewards', 'rewards-again')).notes, [])
})

test('a number format that the form cannot have is refused with those that it can', async () => {
  await assert.rejects(exportTo('policy', 'q8', { numbers: 'Q8_0' }), {
    code: 'bad_input',
    message: 'Format safetensors cannot store numbers as Q8_0. Use F32, BF16, F16.',
  })
  await assert.rejects(exportTo('policy', 'c', { format: 'copy', numbers: 'F32' }), {
    message: /Leave --numbers out/,
  })
  assert.ok(!existsSync(path.join(folder, 'q8')))
})

test('the licence is read from a model card’s front matter and from a GGUF file', () => {
  const model = path.join(folder, 'licensed')
  mkdirSync(model)
  assert.deepEqual(licenceOf(model), {})
  writeFileSync(path.join(model, 'README.md'), "---\r\nlicense: 'apache-2.0'\r\n---\r\nlicense: mit\r\n")
  assert.deepEqual(licenceOf(model), { license: 'apache-2.0' })
  assert.deepEqual(licenceOf(path.resolve(import.meta.dirname, '../../golden/llama-tied.gguf')), {})
  assert.deepEqual(licenceOf(path.join(folder, 'absent')), {})
})
