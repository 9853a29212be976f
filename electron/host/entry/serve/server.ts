/** The browser's door: the page's files over HTTP, its procedures over a WebSocket, for one who may come in. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { type Duplex, pipeline } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { UserError } from '../../../contract/errors.ts'
import type { Host } from '../../router.ts'
import { type Access, hasCookie, hasToken, isFromHere, newAccess } from './access.ts'

export interface DoorOptions {
  /** The built page. */
  pageFolder: string
  router: Host['router']
  /** 0 takes a free one. */
  port: number
  /** Loopback unless the user asks otherwise. */
  host: string
}

export interface Door {
  /** With the token. */
  url: string
  port: number
  close(): Promise<void>
}

/** Far above any message of the page's own, far below what would hurt. */
const mostMessageBytes = 64 * 2 ** 20

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** @throws UserError `conflict` where the port is taken */
export async function openDoor({ pageFolder, router, port: wanted, host }: DoorOptions): Promise<Door> {
  const server = createServer()
  await listen(server, wanted, host)
  const { port } = server.address() as AddressInfo
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]', host].map((name) => `${name}:${port}`))
  const access = newAccess(port)
  server.on('request', (request, response) => {
    if (!canBeRead(request.url)) end(response, 400, 'This address cannot be read.')
    else answer(request, response, { pageFolder, access, port, hosts })
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: mostMessageBytes })
  const handler = new RPCHandler(router)
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isWelcome = isFromHere(request, hosts) && request.headers.origin && hasCookie(request, access, port)
    if (!isWelcome) return refuse(socket)
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => ws.terminate())
      void handler.upgrade(ws)
    })
  })
  const close = () => {
    for (const ws of sockets.clients) ws.terminate()
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  const shown = host === '::1' ? '[::1]' : host
  return { url: `http://${shown}:${port}/?token=${access.token}`, port, close }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      const sentence = `Port ${port} is taken. Choose another with --port, or 0 for any that is free.`
      reject(isTaken ? new UserError('conflict', sentence) : error)
    })
    server.listen(port, host, () => resolve())
  })
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
}

/** Whether an address is one at all: `//` and `/%zz` are not. */
function canBeRead(url = '/'): boolean {
  try {
    decodeURIComponent(new URL(url, 'http://door').pathname)
    return true
  } catch {
    return false
  }
}

interface Site {
  pageFolder: string
  access: Access
  port: number
  hosts: ReadonlySet<string>
}

function answer(request: IncomingMessage, response: ServerResponse, site: Site): unknown {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (!isFromHere(request, site.hosts)) return end(response, 403, 'This door answers only to this machine.')
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return end(response, 405, 'Only GET is answered.')
  if (hasToken(request, site.access)) {
    response.writeHead(303, { Location: '/', 'Set-Cookie': site.access.cookie, 'Cache-Control': 'no-store' })
    return response.end()
  }
  if (!hasCookie(request, site.access, site.port))
    return end(response, 401, 'Open the address that "stet serve" printed: it has the token.')
  return sendFile(request, response, site.pageFolder)
}

function sendFile(request: IncomingMessage, response: ServerResponse, folder: string): unknown {
  const { pathname } = new URL(request.url ?? '/', 'http://door')
  const asked = path.join(folder, path.posix.normalize(decodeURIComponent(pathname)))
  const isInside = asked === folder || asked.startsWith(folder + path.sep)
  const file = asked.endsWith(path.sep) || asked === folder ? path.join(folder, 'index.html') : asked
  if (!isInside || !existsSync(file) || !statSync(file).isFile()) return end(response, 404, 'Not found.')
  const type = types[path.extname(file)] ?? 'application/octet-stream'
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' })
  return request.method === 'HEAD' ? response.end() : pipeline(createReadStream(file), response, () => {})
}

function end(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${sentence}\n`)
}
