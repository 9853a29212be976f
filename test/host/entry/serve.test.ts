/** The web server: only browsers that have the token get anything, and only under its own address. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../../../electron/contract/index.ts'
import { type RunningServer, startServer } from '../../../electron/host/entry/serve/server.ts'
import { openHost } from '../../../electron/host/router.ts'
import { scratch } from '../../storage/scratch.ts'
import { stetIn } from './cli-process.ts'

const folder = path.join(scratch, 'renderer')
mkdirSync(path.join(folder, 'assets'), { recursive: true })
writeFileSync(path.join(folder, 'index.html'), '<title>Stet</title>')
writeFileSync(path.join(folder, 'assets/app.js'), 'start()')
writeFileSync(path.join(scratch, 'secret.txt'), 'secret')

const { router, close } = openHost({ onOutput: () => {} })
let server: RunningServer
const secret = 'a secret of this test'
let cookie = ''

before(async () => {
  server = await startServer({ folder, router, port: 0, host: '127.0.0.1', secret })
  const { headers } = await get(new URL(server.url).pathname + new URL(server.url).search)
  cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
})
after(async () => {
  await server.close()
  await close()
})

interface Reply {
  status: number | undefined
  headers: IncomingHttpHeaders
  text: string
}

/** Sends the path as it is: `fetch` would normalize it, and sets Host itself. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  const sent = request({ host: '127.0.0.1', port: server.port, path, headers, method, agent: false })
  sent.end()
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, headers: response.headers, text }
}

/** @returns 101 if the WebSocket opens, else the status of the refusal */
async function socketStatus(headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`, { headers })
  const opened = once(socket, 'open').then(() => 101)
  const refused = new Promise<number>((resolve) =>
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
  )
  socket.on('error', () => {})
  const status = await Promise.race([opened, refused])
  socket.terminate()
  return status
}

const origin = () => `http://127.0.0.1:${server.port}`

describe('the token', () => {
  test('is exchanged for a cookie that scripts cannot read and other sites do not send', async () => {
    const { status, headers } = await get(new URL(server.url).search.replace(/^/, '/'))
    assert.equal(status, 303)
    assert.equal(headers.location, '/')
    assert.match(headers['set-cookie']?.[0] ?? '', /^stet-\d+=[\w-]+; HttpOnly; SameSite=Strict; Path=\/$/)
    assert.doesNotMatch(
      headers['set-cookie']?.[0] ?? '',
      new RegExp(new URL(server.url).searchParams.get('token')!),
    )
  })

  test('gives no access if it is wrong, truncated or missing', async () => {
    const token = new URL(server.url).searchParams.get('token')!
    for (const address of [
      '/',
      '/?token=',
      `/?token=${token.slice(1)}`,
      `/?token=${token}x`,
      '/assets/app.js',
    ])
      assert.equal((await get(address)).status, 401, address)
    assert.equal((await get('/', { cookie: `${cookie}x` })).status, 401)
    assert.equal((await get('/', { cookie: cookie.replace('stet-', 'stet-9') })).status, 401)
  })

  test('gives access to the files by its cookie', async () => {
    const { status, text, headers } = await get('/', { cookie })
    assert.deepEqual([status, text], [200, '<title>Stet</title>'])
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.equal(
      (await get('/assets/app.js', { cookie })).headers['content-type'],
      'text/javascript; charset=utf-8',
    )
  })
})

test('a session outlives a restart at the same port, and is worth nothing with another secret or port', async () => {
  const { port } = server
  const again = async (secret: string) => {
    await server.close()
    server = await startServer({ folder, router, port, host: '127.0.0.1', secret })
  }
  const firstToken = new URL(server.url).search
  await again(secret)
  assert.equal((await get('/', { cookie })).status, 200)
  assert.equal(await socketStatus({ cookie, origin: origin() }), 101)
  assert.equal((await get(`/${firstToken}`)).status, 401, 'the printed address is for one start')
  await again('another secret')
  assert.equal((await get('/', { cookie })).status, 401)
  await again(secret)
  const elsewhere = await startServer({ folder, router, port: 0, host: '127.0.0.1', secret })
  try {
    const renamed = cookie.replace(`stet-${port}`, `stet-${elsewhere.port}`)
    const sent = await fetch(`http://127.0.0.1:${elsewhere.port}/`, { headers: { cookie: renamed } })
    assert.equal(sent.status, 401)
  } finally {
    await elsewhere.close()
  }
})

test('every response has strict security headers, refusals included', async () => {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  const requests = [
    get('/', { cookie }),
    get('/assets/app.js', { cookie }),
    get('/none', { cookie }),
    get('/'),
    get('/', { cookie, origin: 'https://evil.example' }),
    get('/', { cookie }, 'POST'),
  ]
  const replies = await Promise.all(requests)
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 404, 401, 403, 405],
  )
  for (const { headers } of replies) {
    assert.equal(headers['content-security-policy'], policy)
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

describe('another site', () => {
  test('is refused by the Host that it used, and by its Origin', async () => {
    assert.equal((await get('/', { cookie, host: `evil.example:${server.port}` })).status, 403)
    assert.equal((await get('/', { cookie, host: '127.0.0.1:1' })).status, 403)
    assert.equal((await get('/', { cookie, origin: 'https://evil.example' })).status, 403)
    assert.equal((await get('/', { cookie, origin: 'null' })).status, 403)
    assert.equal((await get('/', { cookie, origin: origin() })).status, 200)
  })

  test('cannot change anything: only GET and HEAD are accepted', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      assert.equal((await get('/', { cookie }, method)).status, 405, method)
    assert.equal((await get('/', { cookie }, 'HEAD')).status, 200)
  })

  test('cannot open a WebSocket, nor can a request without the cookie or an Origin', async () => {
    assert.equal(await socketStatus({ cookie, origin: origin() }), 101)
    assert.equal(await socketStatus({ cookie, origin: 'https://evil.example' }), 403)
    assert.equal(await socketStatus({ cookie, origin: 'null' }), 403)
    assert.equal(await socketStatus({ cookie }), 403)
    assert.equal(await socketStatus({ origin: origin() }), 403)
    assert.equal(await socketStatus({ cookie, origin: origin(), host: `evil.example:${server.port}` }), 403)
  })
})

describe('bad input', () => {
  test('no path leads out of the renderer’s folder, and only files are found', async () => {
    const paths = [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/../../secret.txt',
      '/assets',
      '/none',
      '/%00',
    ]
    for (const wanted of paths) {
      const { status, text } = await get(wanted, { cookie })
      assert.deepEqual([status, text.includes('secret')], [404, false], wanted)
    }
  })

  test('a malformed address is refused, and the server continues', async () => {
    for (const wanted of ['/%zz', '//', '/%ff'])
      assert.equal((await get(wanted, { cookie })).status, 400, wanted)
    assert.equal((await get('/', { cookie })).status, 200)
  })

  test('a malformed or far too large message closes only its own connection', async () => {
    const bad = new WebSocket(`ws://127.0.0.1:${server.port}/`, { headers: { cookie, origin: origin() } })
    bad.on('error', () => {})
    await once(bad, 'open')
    bad.send('{"i":1,"p":')
    bad.send(Buffer.alloc(64 * 2 ** 20 + 1))
    const [code] = await once(bad, 'close')
    assert.equal(code, 1009) // too big
    const good = new WebSocket(`ws://127.0.0.1:${server.port}/`, { headers: { cookie, origin: origin() } })
    await once(good, 'open')
    const client: ContractRouterClient<Contract> = createORPCClient(
      new RPCLink({ websocket: good as unknown as globalThis.WebSocket }),
    )
    assert.ok((await client.machine.now({})).cores > 0)
    good.terminate()
  })

  test('a port in use is reported in a sentence', async () => {
    const outcome = await stetIn(scratch, ['serve', '--port', String(server.port)])
    assert.match(
      outcome.stderr,
      /Port \d+ is already in use\. Choose another with --port, or --port 0 for a free one\./,
    )
    assert.equal(outcome.code, 1)
  })
})
