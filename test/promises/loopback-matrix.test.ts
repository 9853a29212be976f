/**
 * Every combination of token, cookie, key, Host and Origin, as a page, as the question whether there is a session, and
 * as a WebSocket: what is answered is what the rules say, and nothing else. A rebound name, a page of another site and
 * a server on another port are rows of it.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, test } from 'node:test'
import { openDoor, sessionOf } from '../host/entry/door.ts'
import { count, times } from './count.ts'

const { start, close } = await openDoor()
const server = await start(0)
const other = await start(0)
const { port } = server
const session = await sessionOf(server)
const otherSession = await sessionOf(other)
after(async () => {
  await server.close()
  await other.close()
  await close()
})
const token = new URL(server.url).searchParams.get('token')!
const otherToken = new URL(other.url).searchParams.get('token')!

interface Part {
  value: string | null
  isGood: boolean
}
const good = (value: string | null): Part => ({ value, isGood: true })
const bad = (value: string | null): Part => ({ value, isGood: false })

const otherName = otherSession.cookie.replace(`stet-${other.port}`, `stet-${port}`)
const parts = {
  token: [good(token), bad(null), bad(''), bad(token.slice(1)), bad(`${token}x`), bad(otherToken)],
  cookie: [
    good(session.cookie),
    good(`a=b; ${session.cookie}; stet-${other.port}=x`),
    bad(null),
    bad(otherSession.cookie),
    bad(otherName),
    bad(`stet-${port}=`),
    bad(`stet-${port}=x; ${session.cookie}`),
  ],
  key: [good(session.key), bad(null), bad(''), bad(otherSession.key), bad(session.key.slice(1))],
  host: [
    good(`127.0.0.1:${port}`),
    good(`localhost:${port}`),
    good(`[::1]:${port}`),
    bad(`evil.example:${port}`),
    bad(`127.0.0.1.evil.example:${port}`),
    bad('127.0.0.1'),
    bad(`127.0.0.1:${other.port}`),
    bad(`http://127.0.0.1:${port}`),
  ],
  origin: [
    good(`http://127.0.0.1:${port}`),
    good(`http://localhost:${port}`),
    bad(`127.0.0.1:${port}`),
    bad(`https://127.0.0.1:${port}`),
    bad(`file://127.0.0.1:${port}`),
    bad('http://127.0.0.1'),
    bad(`http://127.0.0.1:${other.port}`),
    bad(`http://evil.example:${port}`),
    bad('null'),
    bad(''),
  ],
}
const noOrigin: Part = bad(null)

interface Case {
  token: Part
  cookie: Part
  key: Part
  host: Part
  origin: Part
}

function* cases(): Generator<Case> {
  for (const token of parts.token)
    for (const cookie of parts.cookie)
      for (const key of parts.key)
        for (const host of parts.host)
          for (const origin of [...parts.origin, noOrigin]) yield { token, cookie, key, host, origin }
}

const isOwn = ({ host, origin }: Case) => host.isGood && (origin.isGood || origin.value === null)

const ways: Record<string, { path: string; expected(each: Case): number }> = {
  page: {
    path: '/',
    expected: (each) => (!isOwn(each) ? 403 : each.token.isGood || each.cookie.isGood ? 200 : 401),
  },
  session: {
    path: '/session',
    expected: (each) =>
      !isOwn(each) ? 403 : each.token.isGood ? 200 : each.cookie.isGood && each.key.isGood ? 204 : 401,
  },
  socket: {
    path: '/',
    expected: (each) =>
      isOwn(each) && each.origin.isGood && each.cookie.isGood && each.key.isGood ? 101 : 403,
  },
}

function headersOf({ cookie, key, host, origin }: Case, way: string): Record<string, string> {
  const isSocket = way === 'socket'
  return {
    host: host.value!,
    ...(cookie.value !== null && { cookie: cookie.value }),
    ...(origin.value !== null && { origin: origin.value }),
    ...(key.value !== null &&
      (isSocket ? { 'sec-websocket-protocol': `stet, stet-key.${key.value}` } : { 'stet-key': key.value })),
    ...(isSocket && {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }),
  }
}

async function statusOf(each: Case, way: string): Promise<number> {
  const query = each.token.value === null ? '' : `?token=${each.token.value}`
  const path = `${ways[way]!.path}${query}`
  const sent = request({ host: '127.0.0.1', port, path, headers: headersOf(each, way), agent: false })
  sent.end()
  const upgraded = once(sent, 'upgrade').then(([response, socket]) => {
    socket.destroy()
    return response
  })
  const answered = once(sent, 'response').then(([response]) => {
    response.destroy()
    return response
  })
  return (await Promise.race([upgraded, answered])).statusCode
}

test('only the right token, cookie, key, Host and Origin together open what they open', async () => {
  const all = [...cases()].flatMap((each) => Object.keys(ways).map((way) => ({ each, way })))
  const share = times({ few: 10, many: 1 })
  const chosen = all.filter((_, i) => i % share === 0)
  const deviations: string[] = []
  let opened = 0
  const queue = chosen.values()
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const { each, way } of queue) {
        const expected = ways[way]!.expected(each)
        const status = await statusOf(each, way)
        if (status < 300) opened++
        if (status !== expected) deviations.push(`${way} ${JSON.stringify(each)}: ${status}, not ${expected}`)
      }
    }),
  )
  assert.deepEqual(deviations.slice(0, 5), [], `${deviations.length} of ${chosen.length}`)
  assert.ok(opened > 0 && opened < chosen.length / 3, `${opened} of ${chosen.length} were opened`)
  const of = chosen.length.toLocaleString('en-GB')
  count('loopback', `${of} combinations of token, cookie, key, Host, Origin and port: 0 deviations`)
})
