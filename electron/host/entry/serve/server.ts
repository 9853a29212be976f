/** The web server: the renderer's files over HTTP, procedures over a WebSocket, for browsers that have access. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import path from 'node:path'
import { type Duplex, pipeline } from 'node:stream'
import { contentTypeOf, securityHeaders } from '../../../contract/web-headers.ts'
import { keyMeta, sessionPath } from '../../../contract/web-session.ts'
import { type Connections, limitConnections, requestLimits } from '../../connection-limits.ts'
import { listen } from '../../listen.ts'
import type { Host } from '../../router.ts'
import { type Access, hasCookie, hasKey, hasToken, isOwnRequest, newAccess } from './access.ts'
import { Sockets } from './sockets.ts'

export interface ServerOptions {
  /** The built renderer. */
  folder: string
  router: Host['router']
  /** 0 chooses a free port. */
  port: number
  /** Name or address to listen on. */
  host: string
  /** What sessions are derived from: with the same secret and port, a browser's session outlives a restart. */
  secret: string
}

export interface RunningServer {
  /** With the token. */
  url: string
  port: number
  close(): Promise<void>
}

interface Site {
  folder: string
  access: Access
  port: number
  /** Accepted values of the Host header. */
  hosts: ReadonlySet<string>
  connections: Connections
}

/** @throws UserError `conflict` if the port is in use */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { folder, router, host, secret } = options
  const server = createServer(requestLimits)
  const port = await listen(server, options.port, host)
  const hosts = ['localhost', '127.0.0.1', '[::1]', host].map((name) => `${name}:${port}`)
  const access = newAccess(port, secret)
  const connections = limitConnections(server)
  const site: Site = { folder, access, port, hosts: new Set(hosts), connections }
  server.on('request', (request, response) => {
    if (isReadable(request.url)) respond(request, response, site)
    else end(response, 400, 'The address is malformed.')
  })
  const sockets = acceptSockets(server, router, site)
  const close = () => {
    sockets.closeAll()
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  const name = host === '::1' ? '[::1]' : host
  return { url: `http://${name}:${port}/?token=${access.token}`, port, close }
}

/** Each WebSocket calls procedures; it needs cookie and key, and an Origin, which every browser sends. */
function acceptSockets(server: Server, router: Host['router'], site: Site): Sockets {
  const sockets = new Sockets(router)
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy()) // without a listener, a reset connection would end the host
    const isAllowed = isOwnRequest(request, site.hosts) && request.headers.origin && hasSession(request, site)
    if (!isAllowed) return refuseSocket(socket, '403 Forbidden')
    if (sockets.isFull) return refuseSocket(socket, '503 Service Unavailable')
    site.connections.trust(socket)
    sockets.accept(request, socket, head)
  })
  return sockets
}

function refuseSocket(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy())
}

function hasSession(request: IncomingMessage, { access, port }: Site): boolean {
  return hasCookie(request, access, port) && hasKey(request, access)
}

/** Whether a request's address can be parsed: `//` and `/%zz` cannot. */
function isReadable(url = '/'): boolean {
  try {
    decodeURIComponent(pathOf(url))
    return true
  } catch {
    return false
  }
}

function pathOf(url = '/'): string {
  return new URL(url, 'http://server').pathname
}

function respond(request: IncomingMessage, response: ServerResponse, site: Site): unknown {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  if (!isOwnRequest(request, site.hosts))
    return end(response, 403, 'Requests are accepted for the server’s own address only.')
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return end(response, 405, 'Only GET and HEAD requests are accepted.')
  if (hasToken(request, site.access)) return sendFirstPage(response, site)
  if (pathOf(request.url) === sessionPath) {
    response.writeHead(hasSession(request, site) ? 204 : 401, { 'Cache-Control': 'no-store' })
    return response.end()
  }
  if (!hasCookie(request, site.access, site.port))
    return end(response, 401, 'Open the address that "stet serve" printed: it contains the token.')
  site.connections.trust(request.socket)
  return sendFile(request, response, site.folder)
}

/** The page for a browser that has presented the token: it comes with the cookie, and contains the key. */
function sendFirstPage(response: ServerResponse, { folder, access, connections }: Site): void {
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
  const meta = `<meta name="${keyMeta}" content="${access.key}">`
  if (response.socket) connections.trust(response.socket)
  response.writeHead(200, {
    'Content-Type': contentTypeOf('index.html'),
    'Set-Cookie': access.cookie,
    'Cache-Control': 'no-store',
  })
  response.end(page.replace(/<head>|(?=<title>)/, (head) => `${head}${meta}`))
}

function sendFile(request: IncomingMessage, response: ServerResponse, folder: string): unknown {
  const pathname = decodeURIComponent(pathOf(request.url))
  const target = path.join(folder, path.posix.normalize(pathname))
  const isInside = target === folder || target.startsWith(folder + path.sep)
  const file = target.endsWith(path.sep) || target === folder ? path.join(folder, 'index.html') : target
  if (!isInside || !existsSync(file) || !statSync(file).isFile()) return end(response, 404, 'Not found.')
  response.writeHead(200, { 'Content-Type': contentTypeOf(file), 'Cache-Control': 'no-cache' })
  return request.method === 'HEAD' ? response.end() : pipeline(createReadStream(file), response, () => {})
}

function end(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${sentence}\n`)
}
