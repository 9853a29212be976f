import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { writeToyModel } from '../../invariant/toy.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const golden = path.resolve(import.meta.dirname, '../../golden')
const { folder: project } = await host.projects.create({ name: 'models' })
const imports = (file: string, name: string) => host.models.importModel({ project, path: file, name })

test('A folder and a GGUF file are taken in where they lie, and told by their family, size and kind.', async () => {
  assert.deepEqual(await host.models.list({ project }), [])
  const hugging = await imports(path.join(golden, 'llama-tied'), 'hugging')
  const file = path.join(golden, 'llama-tied.gguf')
  const gguf = await imports(file, 'gguf')
  assert.deepEqual([hugging.path, hugging.family], [path.join(golden, 'llama-tied'), 'safetensors'])
  assert.deepEqual([gguf.path, gguf.family, gguf.sizeBytes], [file, 'GGUF', readFileSync(file).length])
  assert.equal(gguf.parameters, hugging.parameters)
  assert.ok(hugging.parameters! > 0)
  const scored = await imports(await writeToyModel(path.join(folder, 'scored'), { scored: true }), 'scored')
  assert.deepEqual([hugging.kind, gguf.kind, scored.kind], ['language', 'language', 'reward'])
  assert.deepEqual([scored.run, scored.from], [null, null])
  assert.deepEqual(
    (await host.models.list({ project })).map(({ name }) => name),
    ['scored', 'gguf', 'hugging'],
  )
})

test('What is no model is refused with a sentence that says what is wrong, and nothing is kept of it.', async () => {
  const before = await host.models.list({ project })
  const empty = path.join(folder, 'empty')
  mkdirSync(empty)
  const noise = path.join(folder, 'noise.gguf')
  writeFileSync(noise, 'noise')
  const cases: [string, RegExp][] = [
    [path.join(folder, 'absent'), /There is no model at .*absent: no such file or folder/],
    [path.join(golden, 'README.md'), /README\.md is not a model\. Give a \.gguf file, or the folder/],
    [empty, /empty.*config\.json/],
    [noise, /noise\.gguf/],
  ]
  for (const [file, message] of cases) await assert.rejects(imports(file, 'wrong'), { message })
  await assert.rejects(imports(path.join(golden, 'llama-tied'), 'hugging'), {
    code: 'conflict',
    message: /has a model "hugging" already/,
  })
  assert.deepEqual(await host.models.list({ project }), before)
})

test('A trained model says which run made it and what that began with.', async () => {
  const file = path.join(folder, 'demos.jsonl')
  writeRows(
    file,
    Array.from({ length: 8 }, (_, i) => ({ instruction: `Question ${i}?`, output: `Answer ${i}.` })),
  )
  for await (const _ of await host.verbs.import({ project, files: [file] }));
  const train = async (model: string, name: string) => {
    const input = { project, model, name, config: { epochs: 2 } }
    const { id } = await host.work.start({ verb: 'train sft', input })
    for await (const _ of await host.work.watch({ id }));
    return (await host.models.list({ project })).find((each) => each.name === name)!
  }
  const base = await train('world', 'base')
  const further = await train('base', 'further')
  const runs = await host.runs.list({ project })
  assert.equal(base.run, runs.find(({ name }) => name === 'base')!.id)
  assert.deepEqual([base.from, further.from], ['preset world', 'base'])
  assert.ok(path.isAbsolute(further.path) && existsSync(further.path))
  const [, given] = [await train('hugging', 'tuned'), await train(path.join(golden, 'gpt2'), 'other')]
  assert.equal((await host.models.list({ project })).find(({ name }) => name === 'tuned')!.from, 'hugging')
  assert.equal(given.from, 'gpt2', 'one that the project does not know is told by its place')
})

test('An export is a whole copy in a new folder; what is there already is left alone.', async () => {
  const exportTo = (model: string, out: string) =>
    host.models.exportModel({ project, model, out: path.join(folder, out) })
  const { folder: out, files } = await exportTo('hugging', 'out/hugging')
  assert.deepEqual(files.sort(), readdirSync(path.join(golden, 'llama-tied')).sort())
  for (const file of files)
    assert.deepEqual(readFileSync(path.join(out, file)), readFileSync(path.join(golden, 'llama-tied', file)))
  assert.deepEqual((await exportTo('gguf', 'out/gguf')).files, ['llama-tied.gguf'])
  await assert.rejects(exportTo('gguf', 'out/hugging'), { code: 'conflict', message: /is there already/ })
  await assert.rejects(exportTo('nobody', 'out/nobody'), {
    code: 'not_found',
    message: /Models of this project: hugging, gguf/,
  })
  assert.deepEqual(readdirSync(path.join(folder, 'out')).sort(), ['gguf', 'hugging'])
})
