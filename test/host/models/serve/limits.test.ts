/** What a server of a model refuses before the model is asked, and what it says when the model's process is gone. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, test } from 'node:test'
import { UserError } from '../../../../electron/contract/errors.ts'
import type { ServeReply } from '../../../../electron/contract/serving.ts'
import { loadTokenizer } from '../../../../electron/engine/tokenizer/index.ts'
import type { Served } from '../../../../electron/host/models/serve/served-model.ts'
import { ServedRows } from '../../../../electron/host/models/serve/served-rows.ts'
import { startModelServer } from '../../../../electron/host/models/serve/server.ts'
import type { TrainerClient } from '../../../../electron/host/trainer-client.ts'

const tokenizer = loadTokenizer(path.resolve(import.meta.dirname, '../../../golden/llama-tied'))
const key = 'a key for tests'
const never = new AbortController().signal

/** A process that takes rows and never answers, until it fails. */
async function silentModel() {
  const asked: string[] = []
  let fail: (error: Error) => void = () => {}
  const trainer: Pick<TrainerClient, 'run' | 'ask'> = {
    run: (_job: unknown, _hooks: unknown, onReply: (reply: ServeReply) => void = () => {}) => {
      onReply({ type: 'ready', model: { scheme: null, maxPositions: 100, vocabSize: 67 } })
      return new Promise<never>((_, reject) => (fail = reject))
    },
    ask: ({ type }) => void asked.push(type),
  }
  const rows = await ServedRows.open(trainer, 'model', never)
  rows.end.catch(() => {})
  const served: Served = { name: 'model', rows, tokenizer, signal: never }
  const server = await startModelServer({ served, key, port: 0, host: '127.0.0.1' })
  after(() => server.close())
  const post = (body: object, signal: AbortSignal = never) =>
    fetch(`${server.url}/completions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'model', ...body }),
      signal,
    })
  return { asked, fail: (error: Error) => fail(error), post, rows }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(holds())
}

test('a full queue is refused with 429 and when to come back; those who leave make room', async () => {
  const { asked, post, rows } = await silentModel()
  const leave = new AbortController()
  const prompts = Array.from({ length: 1024 }, () => [5, 6])
  const waiting = post({ prompt: prompts }, leave.signal)
  await until(() => rows.count === 1024)
  const refused = await post({ prompt: [5] })
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('Retry-After'), '1')
  assert.match(
    ((await refused.json()) as { error: { message: string } }).error.message,
    /1024 texts are waiting/,
  )
  leave.abort()
  await assert.rejects(waiting)
  await until(() => rows.count === 0)
  assert.equal(asked.filter((type) => type === 'drop').length, 1024)
})

test('requests in work get a 503 with the reason when the model’s process ends, and later ones too', async () => {
  const { fail, post, rows } = await silentModel()
  const waiting = post({ prompt: [5, 6] })
  await until(() => rows.count === 1)
  fail(new UserError('unavailable', 'The trainer process was killed by SIGKILL.'))
  for (const response of [await waiting, await post({ prompt: [5] })]) {
    assert.equal(response.status, 503)
    const { error } = (await response.json()) as { error: { message: string; type: string } }
    assert.deepEqual(
      [error.message, error.type],
      ['The trainer process was killed by SIGKILL.', 'server_error'],
    )
  }
})
