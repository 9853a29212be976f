import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { VerbResult } from '../../../electron/contract/verbs.ts'
import { openProject } from '../../../electron/storage/index.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { assertMistake, jsonOf, stetIn, temporaryFolder, writeRows } from './cli-process.ts'

const folder = temporaryFolder()
const stet = (...args: string[]) => stetIn(folder, args)
const tokenizer = path.resolve(import.meta.dirname, '../../golden/llama-tied')

const edits = [
  { prompt: 'Who wrote it?', rejected: 'It was Ann, you fool.', edited: 'It was Ann.' },
  { prompt: 'When was it?', rejected: 'It was in 1990.', edited: 'It was in 1991.' },
  { prompt: 'Where was it?', rejected: 'In Rome.', edited: 'In Rome.' },
]
writeRows(path.join(folder, 'edits.jsonl'), edits)

/** Creates a project with the edits. */
async function createProject(name: string): Promise<string> {
  assert.equal((await stet('init', name)).code, 0)
  assert.equal((await stet('import', name, 'edits.jsonl')).code, 0)
  return name
}

/** No rows of one text by different annotators. */
const none = { rows: 0, items: 0, annotators: 0 }

test('help and version exit with 0, and help lists every verb', async () => {
  const [help, verbHelp, version] = await Promise.all([
    stet('--help'),
    stet('train', 'ppo', '--help'),
    stet('--version'),
  ])
  assert.equal(help.code, 0)
  for (const verb of ['init', 'import', 'train', 'generate', 'winrate', 'doctor', 'demo']) {
    assert.match(help.stdout, new RegExp(`^ {2}${verb}`, 'm'))
  }
  assert.equal(verbHelp.code, 0)
  assert.match(verbHelp.stdout, /--tripwires\.max-kl <N>/)
  assert.match(verbHelp.stdout, /Example: stet train ppo/)
  assert.deepEqual([version.code, version.stdout.trim()], [0, packageJson.version])
})

test('bad usage exits with 2 and says what is missing or probably meant', async () => {
  assertMistake(await stet('zork'), 2, /unknown command 'zork'/)
  assertMistake(await stet('train', 'ppo', 'p.stet'), 2, /missing required argument 'POLICY'/)
  assertMistake(
    await stet('train', 'sft', 'p', 'm', '--lerning-rate', '1'),
    2,
    /Did you mean --learning-rate\?/,
  )
  assertMistake(await stet('train', 'sft', 'p', 'm', '--decay', 'none'), 2, /constant, linear, cosine/)
  assertMistake(await stet('generate', '--model', 'm'), 2, /--prompt/)
  assertMistake(
    await stet('judge', 'p', 'a', 'b', '--judge', 'zork'),
    2,
    /--judge: invalid judge "zork": use world;/,
  )
})

test('a value out of range or of the wrong type is named by its option', async () => {
  const base = ['train', 'sft', 'p.stet', 'tiny']
  assertMistake(await stet(...base, '--learning-rate', 'fast'), 2, /--learning-rate: "fast" is not a number/)
  assertMistake(await stet(...base, '--learning-rate', '-1'), 2, /--learning-rate: too small/)
  assertMistake(await stet(...base, '--epochs', '1.5'), 2, /--epochs: .*int/)
  assertMistake(await stet(...base, '--name', 'a/b'), 2, /--name: must be letters/)
})

test('a config file with an unknown key is refused with the key and the nearest valid one', async () => {
  const config = path.join(folder, 'config.json')
  writeFileSync(config, '{"tripwires": {"maxKL": 3}}')
  const ppo = ['train', 'ppo', 'p.stet', 'a', 'b', '--config', 'config.json']
  assertMistake(
    await stet(...ppo),
    2,
    /config\.json: "tripwires": unknown key "maxKL"\. Did you mean "maxKl"\?/,
  )
  writeFileSync(config, '{"klCoef": "much"}')
  assertMistake(await stet(...ppo), 2, /config\.json: "klCoef": .*expected number/)
  writeFileSync(config, '{"klCoef": ')
  assertMistake(await stet(...ppo), 2, /config\.json is not valid JSON/)
  assertMistake(
    await stet('train', 'ppo', 'p', 'a', 'b', '--config', 'none.json'),
    2,
    /none\.json cannot be read/,
  )
})

test('importing counts rows, lists bad rows with their lines, and adds nothing twice', async () => {
  const project = 'import.stet'
  assert.deepEqual(jsonOf(await stet('init', project, '--json')), { project: path.join(folder, project) })
  const first = await stet('import', project, 'edits.jsonl', '--json')
  const { readings, ...counts } = jsonOf(first) as {
    readings: { file: string; format: string; fields: object[] }[]
  }
  assert.deepEqual(counts, {
    imported: 3,
    duplicates: 0,
    joined: none,
    bad: [],
    skipped: {},
    datasets: ['edits.jsonl'],
  })
  assert.deepEqual(
    readings.map(({ file, format, fields }) => [file, format, fields[0]]),
    [['edits.jsonl', 'plain', { column: 'prompt', field: 'prompt' }]],
  )
  assert.match(first.stderr, /edits\.jsonl: JSON lines, format "plain"\. Read: prompt, /)
  writeFileSync(path.join(folder, 'mixed.jsonl'), `${JSON.stringify(edits[0])}\n{"prompt": 1}\nnot json\n`)
  const second = await stet('import', project, 'mixed.jsonl', '--json')
  assert.equal(second.code, 0)
  const { imported, duplicates, bad } = jsonOf(second) as {
    imported: number
    duplicates: number
    bad: object[]
  }
  assert.deepEqual([imported, duplicates], [0, 1])
  assert.deepEqual(
    bad.map(({ file, line }: { file?: string; line?: number }) => [file, line]),
    [
      ['mixed.jsonl', 2],
      ['mixed.jsonl', 3],
    ],
  )
})

test('a strict import of a file with a bad row imports nothing and exits with 2', async () => {
  await stet('init', 'strict.stet')
  writeFileSync(path.join(folder, 'one-bad.jsonl'), `${JSON.stringify(edits[0])}\nnot json\n`)
  const outcome = await stet('import', 'strict.stet', 'one-bad.jsonl', '--strict', '--json')
  assert.equal(outcome.code, 2)
  const { imported, bad } = jsonOf(outcome) as { imported: number; bad: { line: number; reason: string }[] }
  assert.equal(imported, 0)
  assert.deepEqual(
    bad.map(({ line }) => line),
    [2],
  )
})

test('files that cannot be imported, and missing projects, are refused in a sentence', async () => {
  const project = await createProject('refuse.stet')
  writeFileSync(path.join(folder, 'empty.jsonl'), '')
  writeFileSync(path.join(folder, 'other.jsonl'), '{"colour": "red"}\n')
  assertMistake(await stet('import', project, 'none.jsonl'), 2, /There is no file none\.jsonl/)
  assertMistake(await stet('import', project, 'empty.jsonl'), 2, /empty\.jsonl is empty/)
  assertMistake(await stet('import', project, 'other.jsonl'), 2, /other\.jsonl is in no format/)
  assertMistake(
    await stet('import', 'none.stet', 'edits.jsonl'),
    2,
    /none\.stet is not a Stet project.*stet init/,
  )
  assertMistake(await stet('init', project), 1, /not empty/)
  assertMistake(await stet('resume', project, 'run_1'), 2, /no run "run_1"/)
  assertMistake(
    await stet('train', 'reward', project, 'absent'),
    2,
    /"absent" is neither a model of this project nor a path/,
  )
  assertMistake(await stet('train', 'sft', project, 'world'), 2, /no demonstrations/)
})

test('with --json a mistake is one JSON document too', async () => {
  const outcome = await stet('import', 'none.stet', 'edits.jsonl', '--json')
  const { error } = jsonOf(outcome) as { error: { code: string; message: string } }
  assert.equal(error.code, 'not_found')
  assert(outcome.stderr.includes(error.message))
})

test('labelling counts tokens by label and measures how minimal the edits are', async () => {
  const project = await createProject('label.stet')
  const outcome = await stet('label', project, '--tokenizer', tokenizer, '--out', 'labels.jsonl', '--json')
  assert.equal(outcome.code, 0)
  const summary = jsonOf(outcome) as {
    annotations: number
    unchanged: number
    edited: { changed: number }
    spans: null
  }
  assert.equal(summary.annotations, 3)
  assert.equal(summary.unchanged, 1)
  assert.equal(summary.spans, null)
  const rows = readFileSync(path.join(folder, 'labels.jsonl'), 'utf8').trimEnd().split('\n')
  const labels = rows.map(
    (row) => JSON.parse(row) as { rejected: { labels: number[] }; edited: { labels: number[] } },
  )
  const sum = (side: 'rejected' | 'edited') =>
    labels.flatMap((row) => row[side].labels).reduce((a, b) => a + b, 0)
  assert.equal(summary.edited.changed, sum('edited'))
  assert(sum('rejected') < 0)
})

test('an export contains what was imported: Stet rows import as duplicates, preference rows prefer the edit', async () => {
  const project = await createProject('export.stet')
  const stetRows = await stet('export', project, '--out', 'all.jsonl', '--json')
  assert.deepEqual(jsonOf(stetRows), { file: path.join(folder, 'all.jsonl'), rows: 3 })
  const again = await stet('import', project, 'all.jsonl', '--json')
  const { readings: _, ...counts } = jsonOf(again) as { readings: object[] }
  assert.deepEqual(counts, {
    imported: 0,
    duplicates: 3,
    joined: none,
    bad: [],
    skipped: {},
    datasets: ['all.jsonl'],
  })
  const trl = await stet('export', project, '--format', 'trl', '--out', 'trl.jsonl', '--json')
  assert.deepEqual(jsonOf(trl), { file: path.join(folder, 'trl.jsonl'), rows: 2 })
  const [row] = readFileSync(path.join(folder, 'trl.jsonl'), 'utf8').split('\n')
  assert.equal(JSON.parse(row!).chosen[0].content, 'It was Ann.')
  assertMistake(
    await stet('export', project, '--format', 'tokens', '--out', 'x.jsonl'),
    2,
    /need a tokenizer/,
  )
  assertMistake(await stet('export', project, '--out', 'trl.jsonl'), 1, /already exists/)
  assert.equal((await stet('export', project, '--out', 'trl.jsonl', '--force')).code, 0)
  const own = path.join(project, 'lab.db')
  assertMistake(await stet('export', project, '--out', own, '--force'), 2, /inside the project/)
  const whole = await stet('export', project, '--out', 'all.jsonl', '--force', '--json')
  assert.deepEqual(jsonOf(whole), { file: path.join(folder, 'all.jsonl'), rows: 3 })
  const nowhere = path.join('nowhere', 'x.jsonl')
  assertMistake(await stet('export', project, '--out', nowhere), 2, /there is no folder .*nowhere/)
})

test('only the named datasets are used', async () => {
  const project = await createProject('datasets.stet')
  writeRows(path.join(folder, 'more.jsonl'), [
    { prompt: 'Why?', rejected: 'Because I say.', edited: 'Because.' },
  ])
  await stet('import', project, 'more.jsonl', '--dataset', 'more')
  const labelled = await stet('label', project, '--tokenizer', tokenizer, '--datasets', 'more', '--json')
  assert.equal((jsonOf(labelled) as { annotations: number }).annotations, 1)
  const unknown = await stet('label', project, '--tokenizer', tokenizer, '--datasets', 'mre')
  assertMistake(unknown, 2, /no dataset "mre".*"edits\.jsonl", "more"/)
})

test('each file becomes a dataset, and every name can be chosen', async () => {
  const project = 'several.stet'
  await stet('init', project)
  const rows = (n: number) => [{ prompt: `Why ${n}?`, rejected: `Because ${n}.`, edited: `As ${n}.` }]
  mkdirSync(path.join(folder, 'two'))
  const files = ['a,b.jsonl', 'c.jsonl', 'two/c.jsonl', 'a']
  for (const [n, file] of files.entries()) writeRows(path.join(folder, file), rows(n))
  const imported = jsonOf(await stet('import', project, ...files, '--json')) as { datasets: string[] }
  assert.equal(imported.datasets.length, 4)
  assert.deepEqual(
    [imported.datasets[0], imported.datasets[2], imported.datasets[3]],
    ['a,b.jsonl', 'two/c.jsonl', 'a'],
  )
  const count = async (...datasets: string[]) => {
    const outcome = await stet(
      'export',
      project,
      '--out',
      'out.jsonl',
      '--force',
      '--datasets',
      ...datasets,
      '--json',
    )
    return (jsonOf(outcome) as { rows: number }).rows
  }
  for (const name of imported.datasets) assert.equal(await count(name), 1, name)
  assert.equal(await count('a,a,b.jsonl,two/c.jsonl'), 3)
})

test('win rates are percentages, with exactly the keys of the contract', async () => {
  const rows = [1, 2, 2, 1.5].map((preference, i) => ({
    instruction: `question ${i}`,
    output_1: 'a'.repeat(10),
    output_2: 'b'.repeat(10),
    preference,
  }))
  writeFileSync(path.join(folder, 'annotations.json'), JSON.stringify(rows))
  const outcome = await stet('winrate', 'annotations.json', '--json')
  assert.equal(outcome.code, 0)
  const result = jsonOf(outcome) as Record<string, number>
  assert.deepEqual(Object.keys(result).sort(), [
    'lengthControlledWinRate',
    'n',
    'standardError',
    'styleControlledWinRate',
    'winRate',
  ])
  assert.equal(result.winRate, 62.5)
  assert.equal(result.n, 4)
  // Deviations of 0, 1, 1, ½ from their mean: 0.4787; over √4.
  assert(Math.abs(result.standardError! - 23.936) < 0.001)
  writeFileSync(path.join(folder, 'difficulty.csv'), 'difficulty\n1\n2\n')
  const short = await stet('winrate', 'annotations.json', '--difficulty', 'difficulty.csv')
  assertMistake(short, 2, /2 difficulties for 4 rows/)
  assertMistake(await stet('winrate', 'none.json'), 2, /none\.json/)
})

test('a project that is open in another process is read, but refused to a verb that writes, until that process closes it', async () => {
  const name = await createProject('locked.stet')
  const project = await openProject(path.join(folder, name))
  writeRows(path.join(folder, 'late.jsonl'), [{ prompt: 'p', chosen: 'a', rejected: 'b' }])
  const write = () => stet('import', name, 'late.jsonl')
  try {
    assertMistake(await write(), 1, /has been open in process \d+/)
    const read = await stet('runs', name)
    assert.equal(read.code, 0)
    assert.match(read.stderr, /Another process has this project open/)
  } finally {
    project.close()
  }
  assert.equal((await write()).code, 0)
  assert.doesNotMatch((await stet('runs', name)).stderr, /Another process/)
})

test('a defect is one line that names the log; the stack is in the log', async () => {
  const name = await createProject('broken.stet')
  const project = await openProject(path.join(folder, name))
  project.db.exec('DROP VIEW latest_annotations')
  project.close()
  const outcome = await stet('label', name, '--tokenizer', tokenizer, '--json')
  const log = path.join(folder, name, 'stet.log')
  assertMistake(outcome, 1, /Unexpected error: .*latest_annotations.* in the log: .*stet\.log/)
  assert.equal((jsonOf(outcome) as { error: { code: null } }).error.code, null)
  assert.match(readFileSync(log, 'utf8'), /SqliteError.*items\.ts/)
})

test('a folder that is not a model is refused by the trainer in a sentence', async () => {
  mkdirSync(path.join(folder, 'no-model'))
  const outcome = await stet('generate', '--model', 'no-model', '--prompt', 'x', '--json')
  assertMistake(outcome, 2, /no-model.*config\.json/)
  assert.equal((jsonOf(outcome) as { error: { code: string } }).error.code, 'not_found')
})

test('generating returns the text and its ids, the same each time', async () => {
  const args = ['generate', '--model', tokenizer, '--prompt', 'a', '--max-new', '4', '--json']
  const [first, second] = await Promise.all([stet(...args), stet(...args)])
  const result = jsonOf(first) as { text: string; ids: number[] }
  assert.deepEqual(Object.keys(result), ['text', 'ids', 'rating'])
  assert(result.ids.length <= 4)
  assert.equal(first.stdout, second.stdout)
})

test('the doctor names the runtime in use, says why it is not the faster one, and benchmarks it', async () => {
  const outcome = await stet('doctor', '--json')
  const { runtime, speed, node } = jsonOf(outcome) as VerbResult<'doctor'>
  assert.deepEqual([runtime.kind, runtime.device, runtime.devices], ['wasm', 'wasm', ['wasm']])
  const { compileSeconds, ...rates } = speed
  assert.deepEqual(Object.keys(rates), ['matmulGflops', 'copyGbPerS', 'trainTokensPerS', 'trainGflops'])
  for (const [name, value] of Object.entries(rates)) assert(value > 0, `${name} is ${value}`)
  assert(compileSeconds >= 0 && compileSeconds < 60)
  assert.match(runtime.reason!, /STET_RUNTIME/)
  assert.equal(node, process.version)
})

test('an unknown device is refused, and the devices that exist are listed', async () => {
  process.env.STET_DEVICE = 'GPU:7'
  const outcome = await stet('doctor')
  delete process.env.STET_DEVICE
  assertMistake(outcome, 2, /There is no device "GPU:7" here \(STET_DEVICE\)\. Available: wasm\./)
})
