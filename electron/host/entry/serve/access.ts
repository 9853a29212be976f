/**
 * Who may use the server: browsers that have opened the printed address, which holds a token. The token is exchanged
 * for a cookie that requests from other sites do not carry; checking Host and Origin stops DNS rebinding. The token is
 * new at each start, the cookie is not: a window that was open before a restart stays valid.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isSameSecret } from '../../same-secret.ts'

export interface Access {
  token: string
  /** What the cookie of this server's sessions must hold. */
  session: string
  /** The cookie to set for a browser that has presented the token. */
  cookie: string
}

/** @param secret that sessions are derived from; only this user knows it (session-secret.ts) */
export function newAccess(port: number, secret: string): Access {
  const token = randomBytes(24).toString('base64url')
  // The port is part of it, so that the cookie of one server is worth nothing at another.
  const session = createHmac('sha256', secret).update(`session ${port}`).digest('base64url')
  return { token, session, cookie: `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/` }
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

/**
 * Whether the request is addressed to this server and, if a page sent it, whether that page is the server's.
 * @param hosts accepted values of the Host header, as `localhost:7838`
 */
export function isOwnRequest({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  if (!hosts.has(headers.host ?? '')) return false
  return headers.origin === undefined || hosts.has(headers.origin.replace(/^http:\/\//, ''))
}
