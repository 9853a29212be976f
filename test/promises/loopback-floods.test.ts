/** Clients that send slowly, a lot at once, or break off cannot stop the web server from answering the user's browser. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { clientOver, get, openDoor, openSocket, type Session, sessionOf } from '../host/entry/door.ts'
import { count } from './count.ts'

const { start, close } = await openDoor()
const server = await start(0)
const { port } = server
const session: Session = await sessionOf(server)
after(async () => {
  await server.close()
  await close()
})

async function rawSocket(text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

async function assertAnswers(): Promise<void> {
  const started = performance.now()
  assert.equal((await get(port, '/', { cookie: session.cookie })).status, 200)
  const socket = openSocket(port, session)
  await once(socket, 'open')
  assert.ok((await clientOver(socket).machine.now({})).cores > 0)
  socket.terminate()
  assert.ok(performance.now() - started < 2000, 'it answers within two seconds')
}

const closed = (sockets: readonly Socket[]) => sockets.filter(({ closed }) => closed).length

test('of 500 connections that send nothing, few are kept, and the browser is answered', async () => {
  const sockets = await Promise.all(Array.from({ length: 500 }, () => rawSocket()))
  for (let tries = 0; tries < 100 && closed(sockets) < 436; tries++) await wait(20)
  assert.ok(closed(sockets) >= 436, `${closed(sockets)} of 500 are closed`)
  await assertAnswers()
  count('loopback', `500 silent connections: ${closed(sockets)} ended, the browser answered within 2 s`)
  for (const socket of sockets) socket.destroy()
})

test('requests that arrive byte by byte are ended after a while, and keep no one out meanwhile', async () => {
  const head = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`
  const sockets = await Promise.all(Array.from({ length: 50 }, () => rawSocket(head)))
  const drip = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('X-A: b\r\n')
  }, 500)
  try {
    await assertAnswers()
    for (let tries = 0; tries < 150 && closed(sockets) < 50; tries++) await wait(100)
    assert.equal(closed(sockets), 50, 'all are ended within 15 s')
    count('loopback', '50 requests sent byte by byte: all ended within 15 s, the browser answered meanwhile')
  } finally {
    clearInterval(drip)
  }
})

test('a browser with a session keeps its connection while others are ended', async () => {
  const socket = openSocket(port, session)
  await once(socket, 'open')
  const others = await Promise.all(Array.from({ length: 200 }, () => rawSocket()))
  assert.ok((await clientOver(socket).machine.now({})).cores > 0)
  for (const other of others) other.destroy()
  socket.terminate()
})

test('a browser gets at most 100 WebSockets, and another when one is closed', async () => {
  const sockets = Array.from({ length: 100 }, () => openSocket(port, session))
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  const refused = openSocket(port, session)
  const [, response] = await once(refused, 'unexpected-response')
  assert.equal(response.statusCode, 503)
  refused.terminate()
  sockets[0]!.close()
  await once(sockets[0]!, 'close')
  await assertAnswers()
  for (const socket of sockets) socket.terminate()
})

test('messages that never end are limited together, and take no more memory than that', async () => {
  const before = process.memoryUsage().rss
  const sockets = Array.from({ length: 40 }, () => openSocket(port, session))
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  const ends = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  const part = Buffer.alloc(2 ** 20)
  for (let mebibytes = 0; mebibytes < 10; mebibytes++) {
    for (const socket of sockets) if (socket.readyState === socket.OPEN) socket.send(part, { fin: false })
    await wait(20)
  }
  await Promise.race([Promise.all(ends.slice(0, 20)), wait(5000)])
  const open = sockets.filter(({ readyState, OPEN }) => readyState === OPEN).length
  assert.ok(open <= 14, `${open} connections with 10 MiB each are open`)
  const grown = (process.memoryUsage().rss - before) / 2 ** 20
  assert.ok(grown < 800, `memory has grown by ${Math.round(grown)} MiB`)
  count('loopback', `40 messages of 10 MiB that never end: ${Math.round(grown)} MiB of memory`)
  for (const socket of sockets) socket.terminate()
  await assertAnswers()
})

test('a connection that is reset while it is refused or upgraded does not end the host', async () => {
  const upgrade = (more: string) =>
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`
  const allowed = `Origin: http://127.0.0.1:${port}\r\nCookie: ${session.cookie}\r\nSec-WebSocket-Protocol: stet, stet-key.${session.key}\r\n`
  for (const more of ['', 'Origin: https://evil.example\r\n', allowed, `${allowed}Upgrade: h2c\r\n`])
    for (let i = 0; i < 25; i++) {
      const socket = await rawSocket(upgrade(more))
      if (i % 2) await wait(1)
      socket.resetAndDestroy()
    }
  await assertAnswers()
  count('loopback', '100 connections reset while they were refused or upgraded: the host continued')
})
