/**
 * Who may use the server: browsers that have opened the printed address, which holds a token. The token is exchanged
 * for a cookie that requests from other sites do not carry; checking Host and Origin stops DNS rebinding.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isSameSecret } from '../../same-secret.ts'

export interface Access {
  token: string
  /** The cookie to set for a browser that has presented the token. */
  cookie: string
}

export function newAccess(port: number): Access {
  const token = randomBytes(24).toString('base64url')
  return { token, cookie: `${cookieName(port)}=${sessionOf(token)}; HttpOnly; SameSite=Strict; Path=/` }
}

/** Cookies ignore ports, so two servers on one machine need different names. */
function cookieName(port: number): string {
  return `stet-${port}`
}

function sessionOf(token: string): string {
  return createHash('sha256').update(`session ${token}`).digest('base64url')
}

export function hasToken({ url = '/' }: IncomingMessage, { token }: Access): boolean {
  return isSameSecret(new URL(url, 'http://server').searchParams.get('token') ?? '', token)
}

export function hasCookie({ headers }: IncomingMessage, { token }: Access, port: number): boolean {
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim())
  const session = cookies.find((part) => part.startsWith(`${cookieName(port)}=`))?.split('=')[1]
  return isSameSecret(session ?? '', sessionOf(token))
}

/**
 * Whether the request is addressed to this server and, if a page sent it, whether that page is the server's.
 * @param hosts accepted values of the Host header, as `localhost:7838`
 */
export function isOwnRequest({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  if (!hosts.has(headers.host ?? '')) return false
  return headers.origin === undefined || hosts.has(headers.origin.replace(/^http:\/\//, ''))
}
