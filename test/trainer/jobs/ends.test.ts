/** Files of a model that disagree about how a response ends, and variables of its chat template. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { TrainingJob } from '../../../electron/contract/run-kinds/index.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { openModel } from '../../../electron/trainer/jobs/open-model.ts'
import { temporaryFolder } from '../../invariant/toy.ts'
import { type ToyFiles, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
})

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

/** The toy model with other ends in its files. */
function withEnds(name: string, changes: Record<string, object>): string {
  const model = path.join(folder, name)
  cpSync(files.base, model, { recursive: true })
  for (const [file, keys] of Object.entries(changes)) {
    const target = path.join(model, file)
    writeFileSync(target, JSON.stringify({ ...(existsSync(target) && readJson(target)), ...keys }))
  }
  return model
}

test('a run teaches the end of the template, notes the difference and saves one set of ends', async () => {
  // The template writes <|im_end|> (2) after an answer.
  const model = withEnds('other-ends', {
    'tokenizer_config.json': { eos_token: '<|im_start|>' },
    'config.json': { eos_token_id: 0 },
    'generation_config.json': { eos_token_id: [3] },
  })
  const { model: opened, tokenizer } = openModel({ path: model })
  assert.deepEqual(opened.config.eosIds, [2, 1, 3, 0])
  assert.equal(tokenizer.eosId, 2)

  const notes: string[] = []
  const emit = (event: JobEvent) => event.type === 'note' && notes.push(event.sentence)
  const job = toyJob('sft', files, path.join(folder, 'run'))
  const sft = TrainingJob.parse({ ...job, model: { path: model }, config: { ...job.config, maxSteps: 1 } })
  const result = await runJob(sft, { emit, signal: new AbortController().signal })
  assert.match(notes.join(), /end with .*, <\|endoftext\|> by config\.json .* teaches <\|im_end\|>/)
  assert.ok('model' in result && typeof result.model === 'string')
  const saved = result.model
  assert.equal(readJson(path.join(saved, 'tokenizer_config.json')).eos_token, '<|im_end|>')
  assert.deepEqual(readJson(path.join(saved, 'config.json')).eos_token_id, [2, 1, 3, 0])
  assert.deepEqual(readJson(path.join(saved, 'generation_config.json')).eos_token_id, [2, 1, 3, 0])
  assert.deepEqual(openModel({ path: saved }).notes, [])
})

test('thinking is off unless it is asked for, and the variables are saved with the model', async () => {
  const chat_template =
    '{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}<|im_start|>' +
    '{% if enable_thinking is defined and not enable_thinking %}no thought{% endif %}{% endif %}'
  const model = withEnds('thinks', { 'tokenizer_config.json': { chat_template } })
  const promptOf = (variables: object | null) => {
    const { tokenizer } = openModel({ path: model }, 'language', { variables: variables && { ...variables } })
    return tokenizer.decode(
      tokenizer.encodeChat([{ role: 'user', content: 'a' }], { addGenerationPrompt: true }),
    )
  }
  const off = '<|im_start|>a<|im_end|><|im_start|>no thought'
  assert.deepEqual([promptOf(null), promptOf({ other: 1 })], [off, off])
  assert.equal(promptOf({ enable_thinking: true }), '<|im_start|>a<|im_end|><|im_start|>')
  assert.match(openModel({ path: model }).notes.join(), /can think, which is off/)

  const job = toyJob('sft', files, path.join(folder, 'thinking-run'))
  const config = { ...job.config, maxSteps: 1, templateVariables: { enable_thinking: true, style: 'x' } }
  const sft = TrainingJob.parse({ ...job, model: { path: model }, config })
  const result = await runJob(sft, { emit: () => {}, signal: new AbortController().signal })
  assert.ok('model' in result && typeof result.model === 'string')
  assert.deepEqual(openModel({ path: result.model }).tokenizer.variables, {
    enable_thinking: true,
    style: 'x',
  })
})

test('files that agree give no note and keep their order', () => {
  const opened = openModel({ path: files.base })
  assert.deepEqual([opened.notes, opened.model.config.eosIds], [[], [2]])
})
