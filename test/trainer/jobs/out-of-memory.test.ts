/** A job that needs more memory than there is ends with advice, and the runtime still works. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { UserError } from '../../../electron/contract/errors.ts'
import { silentHooks } from '../../../electron/contract/events.ts'
import { InferenceJob } from '../../../electron/contract/jobs.ts'
import { runJob } from '../../../electron/trainer/jobs/index.ts'
import { temporaryFolder, writeToyModel } from '../../invariant/toy.ts'

const folder = temporaryFolder()

function generateJob(model: string, maxNewTokens: number) {
  return InferenceJob.parse({ kind: 'generate', model, prompts: ['where is the cat?'], maxNewTokens })
}

test('a generation whose cache fits no machine is refused, and the next one works', async () => {
  const model = await writeToyModel(path.join(folder, 'long'), {
    config: { max_position_embeddings: 2 ** 45 },
  })
  const hooks = silentHooks()
  await assert.rejects(runJob(generateJob(model, 2 ** 44), hooks), (error) => {
    assert.ok(error instanceof UserError, `${error}`)
    assert.equal(error.code, 'out_of_memory')
    assert.match(error.message, /Memory ran out\. Use smaller batches/)
    return true
  })
  const { rows } = (await runJob(generateJob(model, 4), hooks)) as { rows: { ids: number[] }[] }
  assert.ok(rows[0]!.ids.length > 0)
})
