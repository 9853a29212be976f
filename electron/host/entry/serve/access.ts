/**
 * Who may come in by the browser's door: whoever has the token of the printed address. It is exchanged for a cookie
 * that other sites' requests don't carry; Host and Origin are checked against rebound names and foreign pages.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Access {
  token: string
  /** The cookie to set for one who brought the token. */
  cookie: string
}

export function newAccess(port: number): Access {
  const token = randomBytes(24).toString('base64url')
  return { token, cookie: `${cookieName(port)}=${sessionOf(token)}; HttpOnly; SameSite=Strict; Path=/` }
}

/** Cookies know no ports: two doors on one machine must not take each other's. */
function cookieName(port: number): string {
  return `stet-${port}`
}

function sessionOf(token: string): string {
  return createHash('sha256').update(`session ${token}`).digest('base64url')
}

export function hasToken({ url = '/' }: IncomingMessage, { token }: Access): boolean {
  return isSame(new URL(url, 'http://door').searchParams.get('token') ?? '', token)
}

export function hasCookie({ headers }: IncomingMessage, { token }: Access, port: number): boolean {
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim())
  const given = cookies.find((part) => part.startsWith(`${cookieName(port)}=`))?.split('=')[1]
  return isSame(given ?? '', sessionOf(token))
}

/** Whether the request was meant for this machine, and does not come from another site's page. */
export function isFromHere({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean {
  if (!hosts.has(headers.host ?? '')) return false
  return headers.origin === undefined || hosts.has(headers.origin.replace(/^http:\/\//, ''))
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(x!, y!)
}
