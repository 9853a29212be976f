/** Rewards by the likelihood of a language model: the ratio of two models' probabilities, token by token. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, test } from 'node:test'
import { silentHooks } from '../../../electron/contract/events.ts'
import { InferenceJob, type JobResults } from '../../../electron/contract/jobs.ts'
import { disposeModel } from '../../../electron/engine/model/model.ts'
import { loadModel } from '../../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { encodeQuery } from '../../../electron/engine/tokenizer/query.ts'
import { commonLengths } from '../../../electron/engine/training/batch.ts'
import { LikelihoodScorer } from '../../../electron/pipeline/reward/likelihood.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder, toyTokenizer, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()
const tokenizer = toyTokenizer()
let files: { start: string; model: string }
before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = {
    start: await writeToyModel(path.join(folder, 'start')),
    model: await writeToyModel(path.join(folder, 'model'), { seed: 2 }),
  }
})

const asked = ['a', 'a longer question, that needs padding of the others', 'b c'].map((content) => ({
  prompt: [{ role: 'user' as const, content }],
  context: '',
}))
const ids = [[5], [6, 7, 5, 8], [8, 8]]
const responses = () =>
  asked.map((row, i) => ({ query: encodeQuery(tokenizer, row, 64).ids, response: ids[i]! }))

function rewardsOf(model: string, start: string): Float32Array[] {
  const [own, reference] = [loadModel(model), loadModel(start)]
  const scorer = new LikelihoodScorer(own, reference, tokenizer.padId)
  const rewards = scorer.tokenRewards(responses(), 2, commonLengths(responses()))
  scorer.dispose()
  disposeModel(own)
  disposeModel(reference)
  return rewards
}

test('a token that both models find equally likely earns nothing', () => {
  for (const [i, rewards] of rewardsOf(files.start, files.start).entries())
    assert.deepEqual(
      [...rewards],
      ids[i]!.map(() => 0),
    )
})

test('there is a reward for each token, and their sum is the difference of the log-likelihoods', async () => {
  const rewards = rewardsOf(files.model, files.start)
  assert.deepEqual(
    rewards.map(({ length }) => length),
    ids.map(({ length }) => length),
  )
  const rows = asked.map((row, i) => ({ ...row, ids: ids[i]! }))
  const job = { kind: 'divergence', policy: files.model, references: [files.start], temperature: 1, rows }
  const { perResponse } = (await runJob(InferenceJob.parse(job), silentHooks())) as JobResults['divergence']
  for (const [i, row] of rewards.entries()) {
    const sum = row.reduce((total, reward) => total + reward, 0)
    assert.ok(Math.abs(sum) > 1e-3, 'the two models differ')
    assert.ok(Math.abs(sum - perResponse[0]![i]!) < 1e-4, `${sum} is not ${perResponse[0]![i]}`)
  }
})
