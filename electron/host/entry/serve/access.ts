/**
 * Who may use the server: browsers that have opened the printed address, which holds a token. The token is exchanged
 * for a cookie, which requests from other sites do not carry, and a key, which other servers on this machine do not
 * get; checking Host and Origin stops DNS rebinding. The token is new at each start, cookie and key are not: a window
 * that was open before a restart stays valid.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { keyHeader, keyProtocol } from '../../../contract/web-session.ts'
import { isSameSecret } from '../../same-secret.ts'

export interface Access {
  token: string
  /** What the cookie of this server's sessions must hold. */
  session: string
  /** The cookie to set for a browser that has presented the token. */
  cookie: string
  /** What the page must send besides the cookie before it may call procedures. */
  key: string
}

/** @param secret that sessions are derived from; only this user knows it (session-secret.ts) */
export function newAccess(port: number, secret: string): Access {
  const token = randomBytes(24).toString('base64url')
  // The port is part of both, so that those of one server are worth nothing at another.
  const derived = (purpose: string) =>
    createHmac('sha256', secret).update(`${purpose} ${port}`).digest('base64url')
  const session = derived('session')
  const cookie = `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/`
  return { token, session, cookie, key: derived('key') }
}

/** Cookies ignore ports, so two servers on one machine need different names. */
function cookieName(port: number): string {
  return `stet-${port}`
}

export function hasToken({ url = '/' }: IncomingMessage, { token }: Access): boolean {
  return isSameSecret(new URL(url, 'http://server').searchParams.get('token') ?? '', token)
}

export function hasCookie({ headers }: IncomingMessage, { session }: Access, port: number): boolean {
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim())
  const sent = cookies.find((part) => part.startsWith(`${cookieName(port)}=`))?.split('=')[1]
  return isSameSecret(sent ?? '', session)
}

/** Whether the page sent the key, in a header or, for a WebSocket, as a protocol. */
export function hasKey({ headers }: IncomingMessage, { key }: Access): boolean {
  const inHeader = headers[keyHeader]
  if (typeof inHeader === 'string') return isSameSecret(inHeader, key)
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
  return offered.some((protocol) => isSameSecret(protocol, keyProtocol(key)))
}

/**
 * Whether the request is addressed to this server and, if a page sent it, whether that page is the server's.
 * @param hosts accepted values of the Host header, as `localhost:7838`
 */
export function isOwnRequest({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  if (!hosts.has(headers.host ?? '')) return false
  const { origin } = headers
  return origin === undefined || (origin.startsWith('http://') && hosts.has(origin.slice('http://'.length)))
}
