/** The browser's door lets in whoever has the token, from this machine, and nobody else. */
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
import { type Door, openDoor } from '../../../electron/host/entry/serve/server.ts'
import { openHost } from '../../../electron/host/router.ts'
import { scratch } from '../../storage/scratch.ts'
import { stetIn } from './cli-process.ts'

const pageFolder = path.join(scratch, 'page')
mkdirSync(path.join(pageFolder, 'assets'), { recursive: true })
writeFileSync(path.join(pageFolder, 'index.html'), '<title>Stet</title>')
writeFileSync(path.join(pageFolder, 'assets/app.js'), 'start()')
writeFileSync(path.join(scratch, 'secret.txt'), 'secret')

const { router, close } = openHost({ onOutput: () => {} })
let door: Door
let cookie = ''

before(async () => {
  door = await openDoor({ pageFolder, router, port: 0, host: '127.0.0.1' })
  const { headers } = await get(new URL(door.url).pathname + new URL(door.url).search)
  cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
})
after(async () => {
  await door.close()
  await close()
})

interface Answer {
  status: number | undefined
  headers: IncomingHttpHeaders
  text: string
}

/** As written: `fetch` would tidy the path, and sets Host itself. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port: door.port, path, headers, method, agent: false })
  asked.end()
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, headers: response.headers, text }
}

/** @returns the status that the WebSocket was refused with; 101 where it opened */
async function knock(headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}/`, { headers })
  const opened = once(socket, 'open').then(() => 101)
  const refused = new Promise<number>((resolve) =>
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
  )
  socket.on('error', () => {})
  const status = await Promise.race([opened, refused])
  socket.terminate()
  return status
}

const origin = () => `http://127.0.0.1:${door.port}`

describe('the token', () => {
  test('is exchanged for a cookie that scripts cannot read and other sites do not send', async () => {
    const { status, headers } = await get(new URL(door.url).search.replace(/^/, '/'))
    assert.equal(status, 303)
    assert.equal(headers.location, '/')
    assert.match(headers['set-cookie']?.[0] ?? '', /^stet-\d+=[\w-]+; HttpOnly; SameSite=Strict; Path=\/$/)
    assert.doesNotMatch(
      headers['set-cookie']?.[0] ?? '',
      new RegExp(new URL(door.url).searchParams.get('token')!),
    )
  })

  test('that is wrong, short or absent opens nothing', async () => {
    const token = new URL(door.url).searchParams.get('token')!
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

  test('once exchanged, the cookie opens the page under a strict policy', async () => {
    const { status, text, headers } = await get('/', { cookie })
    assert.deepEqual([status, text], [200, '<title>Stet</title>'])
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(
      (await get('/assets/app.js', { cookie })).headers['content-type'],
      'text/javascript; charset=utf-8',
    )
  })
})

describe('another site', () => {
  test('is refused by the Host that it was reached by, and by its Origin', async () => {
    assert.equal((await get('/', { cookie, host: `evil.example:${door.port}` })).status, 403)
    assert.equal((await get('/', { cookie, host: '127.0.0.1:1' })).status, 403)
    assert.equal((await get('/', { cookie, origin: 'https://evil.example' })).status, 403)
    assert.equal((await get('/', { cookie, origin: 'null' })).status, 403)
    assert.equal((await get('/', { cookie, origin: origin() })).status, 200)
  })

  test('can change nothing: only GET and HEAD are answered', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      assert.equal((await get('/', { cookie }, method)).status, 405, method)
    assert.equal((await get('/', { cookie }, 'HEAD')).status, 200)
  })

  test('opens no WebSocket, nor does a request without the cookie or without an Origin', async () => {
    assert.equal(await knock({ cookie, origin: origin() }), 101)
    assert.equal(await knock({ cookie, origin: 'https://evil.example' }), 403)
    assert.equal(await knock({ cookie, origin: 'null' }), 403)
    assert.equal(await knock({ cookie }), 403)
    assert.equal(await knock({ origin: origin() }), 403)
    assert.equal(await knock({ cookie, origin: origin(), host: `evil.example:${door.port}` }), 403)
  })
})

describe('bad input', () => {
  test('no path leads out of the page’s folder, and what is no file is not found', async () => {
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

  test('an address that is none is refused, and the door stays open', async () => {
    for (const wanted of ['/%zz', '//', '/%ff'])
      assert.equal((await get(wanted, { cookie })).status, 400, wanted)
    assert.equal((await get('/', { cookie })).status, 200)
  })

  test('a message that is far too large, or is nonsense, harms nobody but its sender', async () => {
    const bad = new WebSocket(`ws://127.0.0.1:${door.port}/`, { headers: { cookie, origin: origin() } })
    bad.on('error', () => {})
    await once(bad, 'open')
    bad.send('{"i":1,"p":')
    bad.send(Buffer.alloc(64 * 2 ** 20 + 1))
    const [code] = await once(bad, 'close')
    assert.equal(code, 1009) // too big
    const good = new WebSocket(`ws://127.0.0.1:${door.port}/`, { headers: { cookie, origin: origin() } })
    await once(good, 'open')
    const client: ContractRouterClient<Contract> = createORPCClient(
      new RPCLink({ websocket: good as unknown as globalThis.WebSocket }),
    )
    assert.ok((await client.machine.now({})).cores > 0)
    good.terminate()
  })

  test('a port that is taken is told of in a sentence', async () => {
    const outcome = await stetIn(scratch, ['serve', '--port', String(door.port)])
    assert.match(
      outcome.stderr,
      /Port \d+ is taken\. Choose another with --port, or 0 for any that is free\./,
    )
    assert.equal(outcome.code, 1)
  })
})
