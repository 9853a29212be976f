/** A server's models, and whether one of them answers, before anything depends on it. */
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { openClient } from '../client.ts'

const { host, close } = openClient()
after(close)

async function stub(answers: Record<string, (response: ServerResponse, key: string | undefined) => void>) {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    if (answer) answer(response, request.headers.authorization)
    else response.writeHead(404).end('{"detail": "Not Found"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

const json =
  (body: object, status = 200) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(body))
  }
const list = json({ object: 'list', data: [{ id: 'small' }, { id: 'large' }] })
const ready = json({ choices: [{ message: { content: 'ready' }, finish_reason: 'stop' }] })
const check = host.verbs['check-server']

test('the models are listed, and the one that is named answers', async () => {
  const server = await stub({ '/v1/models': list, '/v1/chat/completions': ready })
  assert.deepEqual(await check({ server }), { models: ['small', 'large'], reply: null })
  const { reply } = await check({ server: `${server}/`, model: 'small' })
  assert.equal(reply!.text, 'ready')
  assert.ok(reply!.seconds >= 0)
})

test('a server without a list may still answer', async () => {
  const server = await stub({ '/v1/chat/completions': ready })
  const { models, reply } = await check({ server, model: 'any' })
  assert.deepEqual([models, reply!.text], [null, 'ready'])
})

test('what is wrong is said in the server’s words, with what helps', async () => {
  const unknown = json({ error: { message: 'model "tiny" not found' } }, 404)
  const server = await stub({ '/v1/models': list, '/v1/chat/completions': unknown })
  await assert.rejects(check({ server, model: 'tiny' }), {
    message: /answered 404: model "tiny" not found\. Its models: small, large\./,
  })
  const locked = await stub({ '/v1/models': json({ error: 'no key' }, 401) })
  await assert.rejects(check({ server: locked }), {
    message: /answered 401: no key\. Set its key as STET_JUDGE_KEY/,
  })
  await assert.rejects(check({ server: 'http://127.0.0.1:9/v1' }), { message: /cannot be reached/ })
  const other = await stub({ '/v1/models': json({ hello: 1 }) })
  await assert.rejects(check({ server: other }), { message: /did not return a list of models/ })
})

test('the key is the one of the environment', async () => {
  process.env.STET_JUDGE_KEY = 'secret'
  let key: string | undefined
  const server = await stub({
    '/v1/models': (response, given) => {
      key = given
      list(response)
    },
  })
  await check({ server })
  delete process.env.STET_JUDGE_KEY
  assert.equal(key, 'Bearer secret')
})
