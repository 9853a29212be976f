/** An address outside of the app, which notes everything that reaches it: connections, requests and datagrams. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ForeignServer {
  /** Such as `127.0.0.1:8000`; TCP and UDP. */
  host: string
  /** What has reached it, in order. */
  reached: string[]
  close(): void
}

export async function openForeignServer(): Promise<ForeignServer> {
  const reached: string[] = []
  const server = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('out')
  })
  server.on('connection', () => reached.push('a connection'))
  server.on('upgrade', (request, socket) => {
    reached.push(`a socket at ${request.url}`)
    socket.destroy()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const datagrams = createSocket('udp4').on('message', () => reached.push('a datagram'))
  datagrams.bind(port, '127.0.0.1')
  await once(datagrams, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
    datagrams.close()
  }
  return { host: `127.0.0.1:${port}`, reached, close }
}
