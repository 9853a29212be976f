import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { openTokenizerAt } from '../../../electron/host/models/project-models.ts'
import { writeToyModel } from '../../invariant/toy.ts'
import { openClient } from '../client.ts'
import { writeRows } from '../entry/cli-process.ts'

const { folder, host, close } = openClient()
after(close)

const golden = path.resolve(import.meta.dirname, '../../golden')
const { folder: project } = await host.projects.create({ name: 'models' })
const imports = (file: string, name: string) => host.models.importModel({ project, path: file, name })

test('a folder and a GGUF file are added in place, with their format, size and kind', async () => {
  assert.deepEqual(await host.models.list({ project }), [])
  const hugging = await imports(path.join(golden, 'llama-tied'), 'hugging')
  const file = path.join(golden, 'llama-tied.gguf')
  const gguf = await imports(file, 'gguf')
  assert.deepEqual([hugging.path, hugging.format], [path.join(golden, 'llama-tied'), 'safetensors'])
  assert.deepEqual([gguf.path, gguf.format, gguf.sizeBytes], [file, 'GGUF', readFileSync(file).length])
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

test('an adapter is added with the size and kind of the model that it makes, and its base’s tokenizer', async () => {
  const score = await imports(path.join(golden, 'adapters/score'), 'adapter')
  const base = await imports(path.join(golden, 'llama-tied'), 'base of the adapter')
  assert.equal(score.kind, 'reward')
  assert.equal(score.parameters, base.parameters! + 32)
  const tokenizer = openTokenizerAt(path.join(golden, 'adapters/score'))
  assert.equal(tokenizer.hash, openTokenizerAt(path.join(golden, 'llama-tied')).hash)
})

test('a folder or file that is not a model is refused with the reason, and nothing is added', async () => {
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
    message: /already has a model "hugging"/,
  })
  assert.deepEqual(await host.models.list({ project }), before)
})

test('a trained model names its run and the model that the run started from', async () => {
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
  const [, other] = [await train('hugging', 'tuned'), await train(path.join(golden, 'gpt2'), 'other')]
  assert.equal((await host.models.list({ project })).find(({ name }) => name === 'tuned')!.from, 'hugging')
  assert.equal(other.from, 'gpt2', 'a model outside the project is named by its folder')
})

test('an export is a complete copy in a new folder; an existing folder is not touched', async () => {
  const exportTo = (model: string, out: string) =>
    host.verbs['export-model']({ project, model, format: 'copy', out: path.join(folder, out) })
  const { folder: out, files } = await exportTo('hugging', 'out/hugging')
  assert.deepEqual(files.sort(), readdirSync(path.join(golden, 'llama-tied')).sort())
  for (const file of files)
    assert.deepEqual(readFileSync(path.join(out, file)), readFileSync(path.join(golden, 'llama-tied', file)))
  assert.deepEqual((await exportTo('gguf', 'out/gguf')).files, ['llama-tied.gguf'])
  await assert.rejects(exportTo('gguf', 'out/hugging'), { code: 'conflict', message: /already exists/ })
  await assert.rejects(exportTo('absent', 'out/absent'), {
    code: 'not_found',
    message: /Models of this project: hugging, gguf/,
  })
  assert.deepEqual(readdirSync(path.join(folder, 'out')).sort(), ['gguf', 'hugging'])
})

test('a model is exported as a GGUF file, which can be imported again; nothing existing is touched', async () => {
  const exportTo = (model: string, out: string, numbers?: 'Q8_0') =>
    host.verbs['export-model']({ project, model, format: 'gguf', out: path.join(folder, out), numbers })
  const result = await exportTo('hugging', 'gguf/small.gguf', 'Q8_0')
  assert.deepEqual(result, { folder: path.join(folder, 'gguf'), files: ['small.gguf'], notes: [] })
  const again = await imports(path.join(folder, 'gguf/small.gguf'), 'small')
  assert.equal(again.format, 'GGUF')
  const original = (await host.models.list({ project })).find(({ name }) => name === 'hugging')!
  assert.equal(again.parameters, original.parameters)
  await assert.rejects(exportTo('hugging', 'gguf/small.gguf'), {
    code: 'conflict',
    message: /already exists/,
  })
  await assert.rejects(exportTo('hugging', 'gguf/other'), { code: 'bad_input', message: /ends in \.gguf/ })
  await assert.rejects(exportTo('scored', 'gguf/scored.gguf'), { message: /is a reward model/ })
  assert.deepEqual(readdirSync(path.join(folder, 'gguf')), ['small.gguf'])
})

test('a model is renamed where nothing uses it, and its record keeps its run, start and fingerprint', async () => {
  const before = (await host.models.list({ project })).find(({ name }) => name === 'further')!
  assert.deepEqual(before.trainedBy, { kind: 'sft', name: 'further', step: 2 })
  assert.match(before.fingerprint, /^[0-9a-f]{8}$/)
  await host.models.rename({ project, model: 'base', name: 'start' })
  await host.models.rename({ project, model: 'further', name: 'second' })
  const after = (await host.models.list({ project })).find(({ name }) => name === 'second')!
  assert.deepEqual(after, { ...before, name: 'second', from: 'start' })
  await assert.rejects(host.models.rename({ project, model: 'second', name: 'start' }), {
    code: 'conflict',
    message: /already has a model "start"/,
  })
  await assert.rejects(host.models.rename({ project, model: 'second', name: 'tiny' }), { code: 'bad_input' })
  await assert.rejects(host.models.rename({ project, model: 'gone', name: 'x' }), { code: 'not_found' })
})

test('removing a model deletes its files only if they are in the project', async () => {
  const list = async () => (await host.models.list({ project })).map(({ name }) => name)
  const own = (await host.models.list({ project })).find(({ name }) => name === 'second')!
  assert.ok(own.isOwn && existsSync(own.path))
  await host.models.remove({ project, model: 'second' })
  assert.ok(!existsSync(own.path) && existsSync(path.dirname(own.path)))
  await host.models.remove({ project, model: 'small' })
  assert.ok(existsSync(path.join(folder, 'gguf/small.gguf')), 'an imported file stays')
  assert.ok(!(await list()).some((name) => name === 'second' || name === 'small'))
  await assert.rejects(host.models.remove({ project, model: 'second' }), { code: 'not_found' })
})

test('a model that a paused run needs is not removed', async () => {
  const input = { project, model: 'start', name: 'waits', config: { epochs: 500 } }
  const { id } = await host.work.start({ verb: 'train sft', input })
  for await (const event of await host.work.watch({ id })) if (event.type === 'step') break
  await assert.rejects(host.models.rename({ project, model: 'start', name: 'x' }), { code: 'conflict' })
  await assert.rejects(host.models.remove({ project, model: 'start' }), { code: 'conflict' })
  await host.work.stop({ id })
  for await (const _ of await host.work.watch({ id }));
  const { path: file } = (await host.models.list({ project })).find(({ name }) => name === 'start')!
  await assert.rejects(host.models.remove({ project, model: 'start' }), {
    code: 'conflict',
    message: /Run waits is paused and needs start/,
  })
  assert.ok(existsSync(file))
  await host.runs.stop({ project, run: 'waits' })
  await host.models.remove({ project, model: 'start' })
  assert.ok(!existsSync(file))
})
