/** Reward models of other tools: their scores are those of transformers, and what is not one is refused by name. */
import assert from 'node:assert/strict'
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'
import { type JobEvent, silentHooks } from '../../../electron/contract/events.ts'
import { InferenceJob, type Job, type JobResults } from '../../../electron/contract/jobs.ts'
import { TrainingJob } from '../../../electron/contract/run-kinds/index.ts'
import {
  openSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from '../../../electron/engine/formats/safetensors.ts'
import { disposeModel } from '../../../electron/engine/model/model.ts'
import { openModelSource } from '../../../electron/engine/model/sources/model-source.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { loadTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { commonLengths, type QueryResponse } from '../../../electron/engine/training/batch.ts'
import { writeRewardCard } from '../../../electron/pipeline/reward/card.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { openModel } from '../../../electron/trainer/jobs/open-model.ts'
import { openRewardModel, scorerOf } from '../../../electron/trainer/jobs/reward-card.ts'
import { temporaryFolder, writeToyModel } from '../../invariant/toy.ts'
import { type ToyFiles, toyJob, writeToyFiles } from '../../invariant/toy-jobs.ts'

const golden = path.resolve(import.meta.dirname, '../../golden')
const folder = temporaryFolder()
let files: ToyFiles

before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
})

let copies = 0

/** The golden reward model with the toy tokenizer, in a folder that may be changed. */
function copyOf(name: string): string {
  const copy = path.join(folder, `${name}-${copies++}`)
  cpSync(path.join(golden, 'reward-models', name), copy, { recursive: true })
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(path.join(golden, 'llama-tied', file), path.join(copy, file))
  return copy
}

interface GoldenRow extends QueryResponse {
  score?: number
  rewards?: number[]
}

function assertNear(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-5, `${what}: ${actual} is not ${expected}`)
}

for (const name of ['llama', 'qwen2', 'gpt2', 'llama-tokens', 'gpt2-tokens']) {
  test(`${name}: scores are those of transformers`, () => {
    const { rows } = JSON.parse(
      readFileSync(path.join(golden, 'reward-models', name, 'golden.json'), 'utf8'),
    ) as { rows: GoldenRow[] }
    const reward = openRewardModel(copyOf(name))
    const scorer = scorerOf(reward)
    const scored = scorer.tokenRewards(rows, 2, commonLengths(rows))
    for (const [i, { score, rewards }] of rows.entries()) {
      if (score !== undefined) assertNear(scorer.sequenceScore(scored[i]!), score, `row ${i}`)
      for (const [t, each] of (rewards ?? []).entries())
        assertNear(scored[i]![t]!, each, `row ${i}, token ${t}`)
      assert.ok(score !== undefined || rewards !== undefined)
    }
    scorer.dispose()
    disposeModel(reward.model)
  })
}

const run = (job: Job, emit: (event: JobEvent) => void = () => {}) => runJob(job, { ...silentHooks(), emit })

function ppo(changes: object, config: object = {}): TrainingJob {
  const job = toyJob('ppo-separate', files, path.join(folder, `run-${copies++}`))
  return TrainingJob.parse({ ...job, ...changes, config: { ...job.config, totalSteps: 1, ...config } })
}

test('it rewards PPO, starts the value model, judges and scores', async () => {
  const rewardModel = copyOf('llama')
  const judge = { kind: 'reward', model: rewardModel }
  await assert.rejects(run(ppo({ rewardModel }, { placement: 'token' })), /placement "sequence"/)
  const result = await run(ppo({ rewardModel, judge }, { placement: 'sequence', valueInit: 'reward' }))
  assert.equal((result as { state: string }).state, 'done')
  const tokens = copyOf('llama-tokens')
  await run(ppo({ rewardModel: tokens }, { placement: 'token' }))
  const row = { prompt: [{ role: 'user', content: 'is it?' }], context: '', response: 'it is.' }
  const score = (await run(
    InferenceJob.parse({ kind: 'score', rewardModel, rows: [row] }),
  )) as JobResults['score']
  assert.equal(score.rows[0]!.score, score.rows[0]!.tokens.at(-1)!.reward)
})

/** A reward model whose tokenizer has been changed, with the card that it would have after training. */
async function withTokenizer(
  name: string,
  vocabSize: number,
  edit: (definition: Definition) => void,
): Promise<string> {
  const model = await writeToyModel(path.join(folder, name), {
    scored: true,
    config: { vocab_size: vocabSize },
  })
  const file = path.join(model, 'tokenizer.json')
  const definition = JSON.parse(readFileSync(file, 'utf8')) as Definition
  edit(definition)
  writeFileSync(file, JSON.stringify(definition))
  const { hash } = loadTokenizer(model)
  await writeRewardCard(model, { scheme: 'bt-changed', keptMean: 0, tokenizerHash: hash })
  return model
}

interface Definition {
  added_tokens: { id: number; content: string; special: boolean; normalized: boolean }[]
  model: { merges: string[][] }
  pre_tokenizer: object
}

const padding = { id: 67, content: '[PAD]', special: true, normalized: false }

test('a reward model with another padding token rewards PPO, with a note', async () => {
  const rewardModel = await withTokenizer('padded', 68, ({ added_tokens }) => added_tokens.push(padding))
  const notes: string[] = []
  await run(ppo({ rewardModel }), (event) => {
    if (event.type === 'note') notes.push(event.sentence)
  })
  assert.ok(
    notes.some((each) =>
      /differ in control tokens .*\(\[PAD\]\); the ids of every text are the same/.test(each),
    ),
    notes.join(),
  )
})

test('a reward model that reads the policy’s ids as something else is refused with what differs', async () => {
  const cases: [string, (definition: Definition) => void, RegExp][] = [
    ['merges', ({ model }) => model.merges.pop(), /its vocabulary or merges differs/],
    [
      'digits',
      (definition) => {
        definition.pre_tokenizer = {
          type: 'Sequence',
          pretokenizers: [{ type: 'Digits', individual_digits: true }, definition.pre_tokenizer],
        }
      },
      /its normalizer or pre-tokenizer differs/,
    ],
    [
      'ordinary',
      ({ added_tokens }) => added_tokens.push({ ...padding, content: 'cat', special: false }),
      /the added token "cat" is not the same in both/,
    ],
    [
      'ends',
      ({ added_tokens }) => added_tokens.splice(2, 1, { ...added_tokens[2]!, content: '[END]' }),
      /it lacks the token "<\|im_end\|>" \(id 2\) of the policy's prompts or responses/,
    ],
  ]
  for (const [name, edit, message] of cases)
    await assert.rejects(run(ppo({ rewardModel: await withTokenizer(name, 68, edit) })), {
      code: 'bad_input',
      message,
    })
  const small = await withTokenizer('small', 67, ({ added_tokens }) => added_tokens.splice(0, 1))
  const policy = await writeToyModel(path.join(folder, 'large'), { config: { vocab_size: 70 } })
  await assert.rejects(
    run(ppo({ rewardModel: small, policy })),
    /the policy can write 70 tokens, the reward model reads 67/,
  )
})

test('a reward model can be trained further, and stays one that cannot generate', async () => {
  const start = copyOf('llama')
  const job = toyJob('reward', files, path.join(folder, `run-${copies++}`))
  const { model } = (await run({ ...job, model: { path: start } } as Job)) as { model: string }
  assert.equal(openModelSource(model).config.headless, true)
  const { architectures, num_labels } = JSON.parse(readFileSync(path.join(model, 'config.json'), 'utf8'))
  assert.deepEqual([architectures, num_labels], [['LlamaForTokenClassification'], 1])
  disposeModel(openRewardModel(model).model)
  for (const headless of [start, model])
    assert.throws(() => openModel({ path: headless }), {
      code: 'bad_input',
      message:
        /is a reward model \(LlamaFor\w+Classification\) without an output matrix, so it cannot generate/,
    })
  disposeModel(openModel({ path: copyOf('qwen2') }).model)
})

/** Rewrites the model with other tensors. */
async function change(
  copy: string,
  tensors: (present: TensorToWrite[]) => TensorToWrite[],
  config: object = {},
) {
  const file = path.join(copy, 'model.safetensors')
  const opened = openSafetensors(file)
  const present = [...opened.tensors].map(([name, { shape }]) => {
    const values = opened.readTensor(name)
    return { name, shape, data: () => values }
  })
  await writeSafetensors(file, tensors(present))
  const configFile = path.join(copy, 'config.json')
  writeFileSync(configFile, JSON.stringify({ ...JSON.parse(readFileSync(configFile, 'utf8')), ...config }))
  return copy
}

const tensor = (name: string, shape: number[], value = 1) => ({
  name,
  shape,
  data: () => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
})
const without = (name: string) => (present: TensorToWrite[]) => present.filter((each) => each.name !== name)

test('several labels, a bias and another head are refused by name', async () => {
  const id2label = { 0: 'negative', 1: 'neutral', 2: 'positive' }
  const cases: [string, RegExp][] = [
    [
      await change(
        copyOf('llama'),
        (all) => [...without('score.weight')(all), tensor('score.weight', [3, 16])],
        {
          id2label,
        },
      ),
      /LlamaForSequenceClassification cannot serve as a reward model: it has 3 labels: negative, neutral, positive \(score\.weight is 3×16\)/,
    ],
    [
      await change(copyOf('llama'), (all) => [...all, tensor('score.bias', [1])]),
      /it has a bias \(score\.bias\)/,
    ],
    [
      await change(copyOf('qwen2'), (all) => [
        ...without('score.weight')(all),
        tensor('v_head.summary.weight', [1, 16]),
      ]),
      /it has no score\.weight, but v_head\.summary\.weight\./,
    ],
    [
      await change(copyOf('llama-tokens'), (all) => [
        ...without('score.bias')(all),
        tensor('score.bias', [1]),
      ]),
      /LlamaForTokenClassification cannot serve .* a bias/,
    ],
    [
      await change(copyOf('llama'), (all) => [...all, tensor('score2.weight', [1, 16])]),
      /score2\.weight is not part of this model/,
    ],
  ]
  for (const [copy, message] of cases) {
    assert.throws(() => openRewardModel(copy), { code: 'bad_input', message })
    assert.throws(() => openModelSource(copy), { code: 'bad_input', message })
  }
  const zero = await change(copyOf('llama'), (all) => [...all, tensor('score.bias', [1], 0)])
  disposeModel(openRewardModel(zero).model)
})
