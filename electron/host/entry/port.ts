/** Serves procedures over a MessagePort. A message that is not a call is reported, and never ends the host. */
import type { RPCHandler } from '@orpc/server/websocket'

/** The part of Electron's MessagePortMain that is used. */
export interface HostPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: unknown): void
  start(): void
}

/**
 * @param handler the messages are the same as those over a WebSocket
 * @param onUnreadable receives a sentence
 */
export function servePort(
  handler: RPCHandler<Record<never, never>>,
  port: HostPort,
  onUnreadable: (sentence: string) => void,
): void {
  const socket = { send: (message: unknown) => port.postMessage(message), addEventListener: () => {} }
  const isMessage = (data: unknown): data is string | ArrayBuffer =>
    typeof data === 'string' || data instanceof ArrayBuffer || ArrayBuffer.isView(data)
  port.on('message', async ({ data }) => {
    try {
      if (!isMessage(data)) throw new TypeError('It is neither text nor bytes.')
      await handler.message(socket, data)
    } catch (error) {
      onUnreadable(`A window sent a message that is not a call: ${(error as Error).message}`)
    }
  })
  port.on('close', () => handler.close(socket))
  port.start()
}
