/**
 * The WebSockets of the server: procedures for browsers that have access. What a message may take is limited, and a
 * message that cannot be read ends its own connection with a sentence, never the host.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/websocket'
import { type WebSocket, WebSocketServer } from 'ws'
import { socketProtocol } from '../../../contract/web-session.ts'
import type { Host } from '../../router.ts'

/** Far above any message that the renderer sends, far below what would exhaust memory. */
const maxMessageBytes = 64 * 2 ** 20
/** Of all messages that have arrived in part. */
const maxUnfinishedBytes = 128 * 2 ** 20
/** A browser has one per tab. */
const maxSockets = 100

const unreadable = 1007

export class Sockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: () => socketProtocol,
  })
  readonly #handler: RPCHandler<Record<never, never>>
  #unfinishedBytes = 0

  constructor(router: Host['router']) {
    this.#handler = new RPCHandler(router)
  }

  get isFull(): boolean {
    return this.#server.clients.size >= maxSockets
  }

  /** Completes the upgrade of a request that has access. */
  accept(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, connection, head, (socket) => {
      socket.on('error', () => socket.terminate())
      socket.binaryType = 'arraybuffer' // text stays a buffer
      this.#limitUnfinished(socket, connection)
      socket.on(
        'message',
        (data) => void this.#answer(socket, data instanceof ArrayBuffer ? data : String(data)),
      )
      socket.on('close', () => this.#handler.close(socket))
    })
  }

  closeAll(): void {
    for (const socket of this.#server.clients) socket.terminate()
  }

  async #answer(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    try {
      await this.#handler.message(socket, message)
    } catch {
      socket.close(unreadable, 'A message could not be read. Reload the page.')
    }
  }

  /** Counts what has arrived since the last whole message: the library limits each message, not all of them. */
  #limitUnfinished(socket: WebSocket, connection: Duplex): void {
    let bytes = 0
    const add = (more: number) => {
      bytes += more
      this.#unfinishedBytes += more
    }
    const reset = () => add(-bytes)
    connection.prependListener('data', (chunk: Buffer) => {
      add(chunk.length)
      if (this.#unfinishedBytes > maxUnfinishedBytes) socket.terminate()
    })
    socket.on('message', reset)
    socket.on('close', reset)
  }
}
