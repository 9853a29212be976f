/** Log-probabilities of single-token choices: greedy generation chooses the likeliest, and padding changes nothing. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { silentHooks } from '../../../electron/contract/events.ts'
import type { InferenceJob, JobResults } from '../../../electron/contract/jobs.ts'
import { openModelSource } from '../../../electron/engine/model/sources/model-source.ts'
import { openRuntime } from '../../../electron/engine/runtime/runtime.ts'
import { openTokenizer } from '../../../electron/engine/tokenizer/index.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder } from '../../invariant/toy.ts'
import { type ToyFiles, writeToyFiles } from '../../invariant/toy-jobs.ts'

const folder = temporaryFolder()
let files: ToyFiles
before(async () => {
  await openRuntime({ kind: 'wasm' })
  files = await writeToyFiles(folder)
})

const hooks = silentHooks()
const prompts = ['a', 'a longer question, that needs padding of the others', 'b c'].map((content) => ({
  prompt: [{ role: 'user' as const, content }],
}))

async function choose(part: Partial<Extract<InferenceJob, { kind: 'choose' }>>) {
  const job = {
    kind: 'choose' as const,
    model: files.base,
    prompts,
    choices: ['a', 'b'],
    batchSize: 2,
    ...part,
  }
  return ((await runJob(job, hooks)) as JobResults['choose']).rows
}

test('the likeliest of all tokens is what greedy generation chooses, and all probabilities add up to one', async () => {
  const tokenizer = openTokenizer(openModelSource(files.base).tokenizerSource)
  const generated = (await runJob(
    {
      kind: 'generate',
      model: files.base,
      batchSize: 3,
      maxQueryTokens: 4096,
      maxNewTokens: 1,
      prompts: prompts.map(({ prompt }) => ({ prompt, context: '' })),
      temperature: 0,
      topK: 0,
      topP: 1,
      seed: 0,
    } as InferenceJob,
    hooks,
  )) as JobResults['generate']
  const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
  const singles = letters.filter((letter) => tokenizer.encode(letter).length === 1)
  assert.ok(singles.length > 26)
  const rows = await choose({ choices: singles })
  for (const [i, row] of rows.entries()) {
    const total = row!.logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0)
    assert.ok(total > 0 && total <= 1 + 1e-6, `${total}`)
    const taken = singles.findIndex((letter) => tokenizer.encode(letter)[0] === generated.rows[i]!.ids[0])
    if (taken >= 0) assert.equal(Math.max(...row!.logprobs), row!.logprobs[taken])
  }
})

test('a prompt has the same result in any batch, and results are in the order of the prompts', async () => {
  const together = await choose({ batchSize: 3 })
  for (const [i, prompt] of prompts.entries()) {
    const [alone] = await choose({ prompts: [prompt], batchSize: 1 })
    for (const [k, logprob] of alone!.logprobs.entries())
      assert.ok(Math.abs(logprob - together[i]!.logprobs[k]!) < 1e-5)
  }
})

test("a prompt beyond the model's context has no result, and a choice of several tokens is refused", async () => {
  const long = { prompt: [{ role: 'user' as const, content: 'x y '.repeat(4000) }] }
  const rows = await choose({ prompts: [prompts[0]!, long] })
  assert.equal(rows[1], null)
  assert.ok(rows[0])
  await assert.rejects(choose({ choices: ['a', 'neither of them'] }), /no single token for "neither of them"/)
})
