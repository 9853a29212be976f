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

test('a key that the server repeats is in no message and no answer, in whatever form', async () => {
  const sent = 'sk-test-"0123+456/789"'
  process.env.STET_JUDGE_KEY = sent
  after(() => delete process.env.STET_JUDGE_KEY)
  const forms = [sent, encodeURIComponent(sent), btoa(sent), `Bearer ${sent}`]
  const seen: string[] = []
  const echo = (status: number, body: (form: string) => object) => async (form: string) => {
    const answer = (response: ServerResponse, header: string | undefined) => {
      assert.equal(header, `Bearer ${sent}`)
      json(body(form), status)(response)
    }
    const server = await stub({ '/v1/models': answer, '/v1/chat/completions': answer })
    for (const model of [null, 'small'])
      seen.push(await check({ server, model }).then(JSON.stringify, (error: Error) => error.message))
  }
  for (const form of forms) {
    await echo(401, (said) => ({ error: { message: `Incorrect API key: ${said}` } }))(form)
    await echo(500, (said) => ({ detail: said }))(form)
    await echo(200, (said) => ({ data: [{ id: said }], choices: [{ message: { content: said } }] }))(form)
  }
  assert.equal(seen.filter((text) => text.includes('[key]')).length, seen.length)
  for (const text of seen) for (const form of forms) assert.ok(!text.includes(form), text)
})

test('an address with a password is refused without repeating it', async () => {
  const message = /^The address of the server at 127\.0\.0\.1:9 contains a user name or a password/
  for (const server of ['http://me:hunter22@127.0.0.1:9/v1', 'http://hunter22@127.0.0.1:9/v1'])
    await assert.rejects(check({ server }), (error: Error) => {
      assert.match(error.message, message)
      assert.ok(!error.message.includes('hunter22'))
      return true
    })
})
