/** The web server: only browsers that have the token get anything, and only under its own address. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import type { RunningServer } from '../../../electron/host/entry/serve/server.ts'
import { stetIn } from './cli-process.ts'
import {
  clientOver,
  get as getAt,
  openDoor,
  openSocket,
  type Session,
  secret,
  sessionOf,
  socketStatus,
} from './door.ts'

const { scratch, start, close } = await openDoor()
let server: RunningServer
let session: Session
let cookie = ''

before(async () => {
  server = await start(0)
  session = await sessionOf(server)
  cookie = session.cookie
})
after(async () => {
  await server.close()
  await close()
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  getAt(server.port, path, headers, method)
const socket = (parts: Partial<Session> = session, headers: Record<string, string> = {}) =>
  openSocket(server.port, { cookie: '', key: '', ...parts }, { headers })
const origin = () => `http://127.0.0.1:${server.port}`

describe('the token', () => {
  test('is exchanged for a cookie that scripts cannot read and other sites do not send, and a key', async () => {
    const { status, headers, text } = await get(`/${new URL(server.url).search}`)
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'no-store')
    assert.match(text, /^<meta name="stet-key" content="[\w-]{43}"><title>Stet<\/title>$/)
    assert.doesNotMatch((await get('/', { cookie })).text, /stet-key/, 'only the token opens it')
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
  const again = async (ofSecret: string) => {
    await server.close()
    server = await start(port, ofSecret)
  }
  const firstToken = new URL(server.url).search
  await again(secret)
  assert.equal((await get('/', { cookie })).status, 200)
  assert.equal(await socketStatus(socket()), 101)
  assert.equal((await get(`/${firstToken}`)).status, 401, 'the printed address is for one start')
  await again('another secret')
  assert.equal((await get('/', { cookie })).status, 401)
  await again(secret)
  const elsewhere = await start(0)
  try {
    const renamed = cookie.replace(`stet-${port}`, `stet-${elsewhere.port}`)
    const sent = await fetch(`http://127.0.0.1:${elsewhere.port}/`, { headers: { cookie: renamed } })
    assert.equal(sent.status, 401)
    const { cookie: ownCookie } = await sessionOf(elsewhere)
    const foreignKey = openSocket(elsewhere.port, { cookie: ownCookie, key: session.key })
    assert.equal(await socketStatus(foreignKey), 403)
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

  test('cannot open a WebSocket, nor can a request without cookie, key or Origin', async () => {
    assert.equal(await socketStatus(socket()), 101)
    assert.equal(await socketStatus(socket(session, { origin: 'https://evil.example' })), 403)
    assert.equal(await socketStatus(socket(session, { origin: 'null' })), 403)
    assert.equal(await socketStatus(socket({ key: session.key })), 403)
    assert.equal(await socketStatus(socket({ cookie })), 403)
    assert.equal(await socketStatus(socket(session, { host: `evil.example:${server.port}` })), 403)
  })

  test('on another port of this machine gets the cookie from the browser, and can do nothing with it', async () => {
    assert.equal(await socketStatus(socket({ cookie })), 403)
    assert.equal((await get('/session', { cookie })).status, 401)
    assert.equal((await get('/session', { cookie, 'stet-key': session.key })).status, 204)
    assert.equal((await get('/session', { 'stet-key': session.key })).status, 401)
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

  test('a message that cannot be read ends only its own connection, with a sentence and without a stack', async (t) => {
    const printed = t.mock.method(console, 'error', () => {})
    const messages = ['{"i":1,"p":', 'null', '[]', '{}', '{"i":1,"p":{"u":"::"}}', Buffer.from([255, 255, 0])]
    for (const message of messages) {
      const bad = socket()
      await once(bad, 'open')
      bad.send(message)
      const [code, reason] = await once(bad, 'close')
      assert.deepEqual([code, String(reason)], [1007, 'A message could not be read. Reload the page.'])
    }
    assert.equal(printed.mock.callCount(), 0)
  })

  test('a far too large message closes only its own connection', async () => {
    const bad = socket()
    await once(bad, 'open')
    bad.send(Buffer.alloc(64 * 2 ** 20 + 1))
    const [code] = await once(bad, 'close')
    assert.equal(code, 1009) // too big
    const good = socket()
    await once(good, 'open')
    assert.ok((await clientOver(good).machine.now({})).cores > 0)
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
