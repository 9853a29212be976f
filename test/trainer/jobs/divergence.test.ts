/** Divergence of a policy: zero from itself, and elsewhere what the probabilities of its tokens say. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import { silentHooks } from '../../../electron/contract/events.ts'
import { InferenceJob, type JobResults } from '../../../electron/contract/jobs.ts'
import { openModelSource } from '../../../electron/engine/model/sources/model-source.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { openTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()
let files: { base: string; policy: string }
before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = {
    base: await writeToyModel(path.join(folder, 'base')),
    policy: await writeToyModel(path.join(folder, 'policy'), { seed: 2 }),
  }
})

const hooks = silentHooks()
const prompts = ['a', 'a longer question, that needs padding of the others', 'b c'].map((content) => ({
  prompt: [{ role: 'user' as const, content }],
  context: '',
}))

async function run<K extends 'divergence' | 'choose'>(job: object) {
  return (await runJob(InferenceJob.parse(job), hooks)) as JobResults[K]
}

test('a policy is at no distance from itself, and single tokens differ as their probabilities do', async () => {
  const tokenizer = openTokenizer(openModelSource(files.base).tokenizerSource)
  const [id] = tokenizer.encode('a')
  const rows = prompts.map((asked) => ({ ...asked, ids: [id!] }))
  const job = { kind: 'divergence', policy: files.policy, temperature: 1, batchSize: 2, rows }
  const { perResponse } = await run<'divergence'>({ ...job, references: [files.policy, files.base] })
  assert.deepEqual(perResponse[0], [0, 0, 0])
  const logprobs = async (model: string) => {
    const { rows: chosen } = await run<'choose'>({ kind: 'choose', model, prompts, choices: ['a', 'b'] })
    return chosen.map((row) => row!.logprobs[0]!)
  }
  const [policy, base] = [await logprobs(files.policy), await logprobs(files.base)]
  for (const [i, nats] of perResponse[1]!.entries()) {
    const expected = policy[i]! - base[i]!
    assert.ok(Math.abs(expected) > 1e-3, 'the toy policy differs from its base')
    assert.ok(Math.abs(nats - expected) < 1e-5, `${nats} is not ${expected}`)
  }
})

test('a response counts as a whole, at the temperature of its sampling', async () => {
  const rows = prompts.map((asked) => ({ ...asked, ids: [5, 6, 7] }))
  const job = { kind: 'divergence', policy: files.policy, references: [files.base], rows }
  const nats = async (part: object) =>
    (await run<'divergence'>({ ...job, temperature: 1, ...part })).perResponse[0]!
  const whole = await nats({})
  const alone = await nats({ rows: [rows[1]!], batchSize: 1 })
  assert.ok(Math.abs(alone[0]! - whole[1]!) < 1e-5, 'whatever the batch')
  const flat = await nats({ temperature: 1e6 })
  for (const value of flat) assert.ok(Math.abs(value) < 1e-3, 'all tokens are equally likely then')
  assert.ok(whole.some((value) => Math.abs(value) > 1e-3))
})
