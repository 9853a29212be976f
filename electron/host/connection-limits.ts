/**
 * What clients that have not shown who they are may take of an HTTP server: a few connections, for a short time. Those
 * that have are never ended in favour of others.
 */
import type { Server, ServerOptions } from 'node:http'
import type { Duplex } from 'node:stream'

/** Options of `createServer`: a request that arrives byte by byte is ended. */
export const requestLimits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
  // Connections to other machines that are gone without a word end as well.
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
}

/** A browser opens at most 6 at a time. */
const maxUnknown = 64

export interface Connections {
  /** Says that a client has shown who it is: its connection is kept. */
  trust(socket: Duplex): void
}

/** Ends the oldest of the connections that have not been trusted when there are too many. */
export function limitConnections(server: Server): Connections {
  const unknown = new Set<Duplex>()
  server.on('connection', (socket) => {
    unknown.add(socket)
    socket.once('close', () => unknown.delete(socket))
    const [oldest] = unknown
    if (unknown.size > maxUnknown) oldest?.destroy()
  })
  return { trust: (socket) => void unknown.delete(socket) }
}
