/** Input that a job can't use is a UserError that names it, and leaves no tensor behind. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { UserError } from '../../../electron/contract/errors.ts'
import type { JobEvent } from '../../../electron/contract/events.ts'
import { InferenceJob, type Job, type JobResults } from '../../../electron/contract/jobs.ts'
import type { RunInputRow } from '../../../electron/contract/records.ts'
import { TrainingJob } from '../../../electron/contract/run-kinds/index.ts'
import { Derivation } from '../../../electron/contract/run-kinds/reward.ts'
import { openSafetensors, writeSafetensors } from '../../../electron/engine/formats/safetensors.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { byteLevelTokenizer, saveTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { writeRewardCard } from '../../../electron/pipeline/reward/card.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder, toyRows, toyTokenizer, writeRows, writeToyModel } from '../../invariant/toy.ts'
import { type ToyFiles, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles
let tensors: number

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
  tensors = tf.memory().numTensors
})
afterEach(() => assert.equal(tf.memory().numTensors, tensors, 'failed jobs leave no tensors'))

let runs = 0
const newFolder = () => path.join(folder, `run-${runs++}`)
const rowsFile = (rows: RunInputRow[]) => writeRows(path.join(folder, `rows-${runs++}.jsonl`), rows)

function run(job: Job, emit: (event: JobEvent) => void = () => {}) {
  return runJob(job, { emit, signal: new AbortController().signal })
}

async function refused(job: Job, ...words: (string | RegExp)[]): Promise<string> {
  let sentence = ''
  await assert.rejects(run(job), (error) => {
    assert.ok(error instanceof UserError, `${error}`)
    sentence = error.message
    return true
  })
  for (const word of words)
    assert.ok(
      typeof word === 'string' ? sentence.includes(word) : word.test(sentence),
      `${sentence} (${word})`,
    )
  return sentence
}

const kinds = ['sft', 'reward', 'dpo'] as const
function supervised(kind: (typeof kinds)[number], input: string, config: object = {}): TrainingJob {
  const job = toyJob(kind, files, newFolder())
  return TrainingJob.parse({ ...job, input, config: { ...job.config, ...config } })
}

function ppo(changes: object, config: object = {}): TrainingJob {
  const job = toyJob('ppo-shared', files, newFolder())
  return TrainingJob.parse({
    ...job,
    ...changes,
    config: { ...job.config, totalSteps: 1, warmupSteps: 0, ...config },
  })
}

const identical = toyRows(6, 2).map((row) => ({
  ...row,
  edited: row.item.rejected,
  item: { ...row.item, chosen: row.item.rejected },
}))

test('pairs that are all identical are refused', async () => {
  await refused(supervised('reward', rowsFile(identical)), 'no pair of the kind "edited"', /8 .*identical/)
  await refused(supervised('dpo', rowsFile(identical)), 'no pair of the kind "edited"', /8 .*identical/)
  const original = { pairs: 'original', scheme: 'sequence' }
  await refused(
    supervised('reward', rowsFile(identical), original),
    'no pair of the kind "original"',
    /8 .*identical/,
  )
})

test('identical pairs are left out, and the run reports how many', async () => {
  const notes: string[] = []
  const keep = (event: JobEvent) => event.type === 'note' && notes.push(event.sentence)
  for (const kind of ['reward', 'dpo'] as const) {
    await run(supervised(kind, rowsFile([...toyRows(4), ...identical]), { epochs: 1 }), keep)
  }
  assert.equal(notes.length, 2)
  for (const note of notes) assert.match(note, /identical: 8/)
})

test('a scheme that learns from labels refuses pairs without labels', async () => {
  const sentence = await refused(
    supervised('reward', files.input, { pairs: 'original' }),
    'bt-balanced',
    '"edited"',
    '"sequence"',
  )
  assert.match(sentence, /None of the 8 pairs has a labelled token/)
})

test('input without examples for the job is refused with what it lacks', async () => {
  const bare = toyRows(4).map((row) => ({ ...row, edited: null, item: { ...row.item, chosen: null } }))
  await refused(supervised('sft', rowsFile(bare)), 'no demonstration')
  await refused(supervised('reward', rowsFile(bare)), 'no pair of the kind "edited"')
  await refused(supervised('dpo', rowsFile(bare), { pairs: 'original' }), 'no pair of the kind "original"')
  const heldout = rowsFile(toyRows(0, 4))
  for (const kind of kinds) await refused(supervised(kind, heldout), 'in the training split')
  await refused(ppo({ input: heldout }), 'no prompt in the training split')
  await refused(ppo({ input: rowsFile([]) }), 'no prompt in the training split')
})

test('if all responses are too long, the error names the setting', async () => {
  for (const kind of kinds)
    await refused(supervised(kind, files.input, { maxResponseTokens: 3 }), 'maxResponseTokens = 3')
})

test('if a prompt and response exceed the context, the error names the item and the context', async () => {
  const long = toyRows(3)
  long[1]!.item.prompt[0]!.content = 'where is the cat? '.repeat(12)
  long[1]!.item.chosen = long[1]!.edited = 'it is on the mat. '.repeat(4)
  for (const kind of kinds)
    await refused(supervised(kind, rowsFile(long)), 'item_1', 'context of 128', 'maxQueryTokens')
  await refused(
    ppo({ input: rowsFile(long) }, { maxNewTokens: 60 }),
    'policy, 128',
    '60 new ones',
    'maxNewTokens',
  )
  const score = { kind: 'score', rewardModel: files.rewardModel }
  const rows = long.map(({ item }) => ({ prompt: item.prompt, context: '', response: item.chosen! }))
  const { rows: scored } = (await run(InferenceJob.parse({ ...score, rows }))) as JobResults['score']
  assert.deepEqual(
    scored.map((row) => row === null),
    [false, true, false],
    'a row that is too long does not keep the others from their scores',
  )
  const all = (await run(InferenceJob.parse({ ...score, rows: [rows[1]] }))) as JobResults['score']
  assert.deepEqual(all.rows, [null])
})

test('generation refuses a prompt longer than the context, and an empty one', async () => {
  const generate = (prompt: string) =>
    InferenceJob.parse({ kind: 'generate', model: files.base, prompts: [prompt], maxNewTokens: 8 })
  await refused(generate('the cat '.repeat(70)), 'context of 128', '8 new tokens')
  const noBegin = await writeToyModel(path.join(folder, 'no-bos'))
  const file = path.join(noBegin, 'tokenizer_config.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('"bos_token": "<|im_start|>"', '"bos_token": null'))
  await refused({ ...generate(''), model: noBegin } as Job, 'empty')
})

test('a response is as long as the context allows, if the job says so, and a note says how long', async () => {
  const job = { kind: 'generate', model: files.base, prompts: ['the cat'], maxNewTokens: 1000 } as const
  await refused(InferenceJob.parse(job), 'context of 128', '1000 new tokens')
  const notes: string[] = []
  const { rows } = (await run(InferenceJob.parse({ ...job, fitsContext: true }), (event) => {
    if (event.type === 'note') notes.push(event.sentence)
  })) as JobResults['generate']
  assert.ok(rows[0]!.ids.length > 0)
  assert.match(notes.join(), /context of 128 tokens leaves room for \d+ new ones, not 1000/)
  const tooLong = { ...job, prompts: ['the cat '.repeat(70)], fitsContext: true }
  await refused(InferenceJob.parse(tooLong), 'context of 128')
})

test('a reward model with another tokenizer is refused', async () => {
  const other = await writeToyModel(path.join(folder, 'other-tokenizer'), {
    scored: true,
    config: { vocab_size: 300 },
  })
  const tokenizer = byteLevelTokenizer(['cat'])
  await saveTokenizer(tokenizer, other)
  await writeRewardCard(other, { scheme: 'bt-changed', keptMean: 0, tokenizerHash: tokenizer.hash })
  await refused(ppo({ rewardModel: other }), other, 'another tokenizer')
})

test('a reward model with a shorter context than a response needs is refused', async () => {
  const short = await writeToyModel(path.join(folder, 'short'), {
    scored: true,
    config: { max_position_embeddings: 32 },
  })
  await writeRewardCard(short, { scheme: 'bt-changed', keptMean: 0, tokenizerHash: toyTokenizer().hash })
  await refused(ppo({ rewardModel: short }), 'reward model, 32')
})

test('a policy whose rotation would change within a response is refused before the first step', async () => {
  const four = [1, 1, 1, 1]
  const rope_scaling = { rope_type: 'longrope', short_factor: four, long_factor: four }
  const config = { rope_scaling: { ...rope_scaling, original_max_position_embeddings: 50 } }
  const policy = await writeToyModel(newFolder(), { config })
  await refused(ppo({ policy }, { maxNewTokens: 60 }), 'length of 50', 'longrope')
})

test('a reward model of scheme sequence cannot reward single tokens', async () => {
  const sequence = await writeToyModel(path.join(folder, 'sequence'), { scored: true })
  await writeRewardCard(sequence, { scheme: 'sequence', keptMean: 0, tokenizerHash: toyTokenizer().hash })
  await refused(ppo({ rewardModel: sequence }, { placement: 'token' }), sequence, '"sequence"', 'placement')
  await run(ppo({ rewardModel: sequence }, { placement: 'sequence' }))
})

test('token rewards are derived from a reward model of whole responses, and from no other', async () => {
  const sequence = await writeToyModel(path.join(folder, 'derived'), { scored: true })
  await writeRewardCard(sequence, { scheme: 'sequence', keptMean: null, tokenizerHash: toyTokenizer().hash })
  for (const derivedRewards of Derivation.options)
    await run(ppo({ rewardModel: sequence }, { placement: 'token', derivedRewards }))
  for (const placement of ['token', 'sequence'] as const)
    await refused(ppo({}, { placement, derivedRewards: 'red' }), '"bt-changed"', 'derivedRewards "red"')
})

test('a language model rewards by its likelihood, and a reward model does not', async () => {
  for (const placement of ['token', 'sequence'] as const)
    await run(ppo({ rewardModel: files.likelihoodModel }, { placement, derivedRewards: 'likelihood' }))
  await refused(ppo({}, { derivedRewards: 'likelihood' }), files.rewardModel, 'is a reward model')
  await refused(ppo({ rewardModel: files.likelihoodModel }), files.likelihoodModel, 'is not a reward model')
})

test('a scheme without token rewards has nothing to hold at zero', async () => {
  const config = { scheme: 'sequence', anchorPenalty: 2 }
  await refused(supervised('reward', files.input, config), 'sequence', 'anchorPenalty 2', 'another scheme')
})

test('a model that is not a reward model is refused', async () => {
  await refused(ppo({ rewardModel: files.base }), files.base, 'no reward.json', 'stet train reward')
  const headless = await writeToyModel(path.join(folder, 'headless'))
  await writeRewardCard(headless, { scheme: 'bt-changed', keptMean: 0, tokenizerHash: toyTokenizer().hash })
  await refused(ppo({ rewardModel: headless }), headless, 'score')
  const row = { prompt: [{ role: 'user', content: 'is it?' }], context: '', response: 'it is.' }
  await refused(InferenceJob.parse({ kind: 'score', rewardModel: headless, rows: [row] }), headless, 'score')
})

test('a model that is missing, or has NaN in its weights, is named', async () => {
  const job = supervised('sft', files.input)
  await refused(
    { ...job, model: { path: path.join(folder, 'nowhere') } } as Job,
    path.join(folder, 'nowhere'),
  )
  const spoilt = await writeToyModel(path.join(folder, 'spoilt'))
  await spoil(path.join(spoilt, 'model.safetensors'), 'model.norm.weight')
  await refused(
    { ...job, model: { path: spoilt } } as Job,
    path.join(spoilt, 'model.safetensors'),
    'model.norm.weight',
  )
})

/** Writes NaN into one number of a tensor. */
async function spoil(file: string, tensor: string): Promise<void> {
  const opened = openSafetensors(file)
  const tensors = [...opened.tensors].map(([name, { shape }]) => ({
    name,
    shape,
    values: opened.readTensor(name),
  }))
  tensors.find(({ name }) => name === tensor)!.values[3] = Number.NaN
  await writeSafetensors(
    file,
    tensors.map(({ name, shape, values }) => ({ name, shape, data: () => values })),
  )
}

for (const [kind, tensor] of [
  ['sft', 'adamw.second/model.norm.weight'],
  ['ppo-separate', 'value/score.weight'],
] as const) {
  test(`${kind}: NaN in a checkpoint is named with its file, and so is an unreadable one`, async () => {
    const job = toyJob(kind, files, newFolder())
    await run(job)
    const newest = path.join(job.folder, 'step-00000006')
    await spoil(path.join(newest, 'state.safetensors'), tensor)
    await refused(job, path.join(newest, 'state.safetensors'), tensor)
    writeFileSync(path.join(newest, 'manifest.json'), '{"version":1,"st')
    await refused(job, path.join(newest, 'manifest.json'), 'checkpoint before it')
    assert.ok(existsSync(path.join(job.folder, 'step-00000004')))
  })
}

test('a checkpoint of another model is named', async () => {
  const job = toyJob('sft', files, newFolder())
  await run(job)
  const wider = await writeToyModel(path.join(folder, 'wider'), { config: { hidden_size: 24 } })
  await refused({ ...job, model: { path: wider } } as Job, path.join(job.folder, 'step-00000006'))
})

test('a run that diverges says so, saves nothing of it, and resumes with a lower learning rate', async () => {
  for (const kind of kinds) {
    const config = { checkpointEvery: 1, decay: 'constant', warmupSteps: 0, epochs: 2 }
    const job = supervised(kind, files.input, { ...config, epochs: 1 })
    await run(job)
    const wild = { ...config, learningRate: 1e39, maxGradNorm: 1e38, epsilon: 1e-30 }
    const diverging = { ...supervised(kind, files.input, wild), folder: job.folder } as TrainingJob
    await refused(diverging, 'learning rate', 'last checkpoint')
    assert.deepEqual(readdirSync(job.folder).sort(), ['model', 'step-00000001', 'step-00000002'])
    const result = await run({ ...supervised(kind, files.input, config), folder: job.folder } as TrainingJob)
    assert.equal((result as { step: number }).step, 4)
  }
})

test('without held-out prompts the judge is left out, with a note', async () => {
  const notes: string[] = []
  const job = ppo({ input: rowsFile(toyRows(4)) })
  const result = await run(job, (event) => event.type === 'note' && notes.push(event.sentence))
  assert.deepEqual(notes, ['No prompt is held out, so the judge has nothing to judge.'])
  assert.equal((result as { bestFolder: string | null }).bestFolder, null)
})

test('texts with every kind of line separator are read', async () => {
  const odd = toyRows(4).map((row) => ({ ...row, edited: `it\u2028is\u2029on\u0085the\u000bmat\r\n.` }))
  const result = await run(supervised('dpo', rowsFile(odd), { epochs: 1 }))
  assert.equal((result as { state: string }).state, 'done')
})

test('a placement that needs a second reward model is refused without one, and any other with one', async () => {
  const { sequenceModel } = files
  await refused(ppo({}, { placement: 'shaped' }), /Placement shaped needs a second reward model/)
  await refused(ppo({ sequenceModel }), /Placement token reads no second .*shaped or mixed/)
  await refused(ppo({ sequenceModel: files.base }, { placement: 'mixed' }), files.base, 'no reward.json')
})

test('a member of an ensemble needs the scheme of the others, and is named once', async () => {
  const { sequenceModel, rewardModel, otherRewardModel } = files
  await refused(ppo({ ensemble: [sequenceModel] }), sequenceModel, /scheme "sequence".*the same scheme/)
  await refused(ppo({ ensemble: [rewardModel] }), /is named twice/)
  await refused(ppo({ ensemble: [otherRewardModel, otherRewardModel] }), /is named twice/)
})

test('credit that compares responses to a prompt is refused without several, or with a remainder', async () => {
  for (const credit of ['rloo', 'group']) await refused(ppo({}, { credit }), credit, 'choose 2 or more')
  await refused(ppo({}, { credit: 'rloo', samplesPerPrompt: 4 }), 'The 6 responses', '4 responses each')
})

test('a warm-up that is longer than the run is reported, for every kind of run', async () => {
  const warned = async (job: TrainingJob) => {
    const sentences: string[] = []
    await run(job, (event) => event.type === 'note' && sentences.push(event.sentence))
    return sentences.filter((sentence) => sentence.startsWith('The warm-up of '))
  }
  const rows = rowsFile(toyRows(8))
  for (const kind of kinds) {
    const [sentence] = await warned(supervised(kind, rows, { warmupSteps: 60, maxSteps: 2 }))
    assert.match(sentence!, /warm-up of 60 steps is longer than the run of 2.* ends at 0\.00033 .* 0\.01/)
    assert.deepEqual(await warned(supervised(kind, rows, { warmupSteps: 2, maxSteps: 2 })), [])
  }
  assert.equal((await warned(ppo({}, { warmupSteps: 3 }))).length, 1)
})

test('a run that has done more steps than its settings give it is refused', async () => {
  const job = supervised('sft', rowsFile(toyRows(8)), { epochs: 2 })
  await run(job)
  const shorter = TrainingJob.parse({ ...job, config: { ...job.config, epochs: 1 } })
  await refused(shorter, /has done 4 steps already, and its settings end it after 2/)
})
