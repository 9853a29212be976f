/** `ipcMain`: messages and requests from pages. */
import { EventEmitter } from 'node:events'

type Handler = (event: object, ...args: unknown[]) => unknown

class IpcMain extends EventEmitter {
  readonly #handlers = new Map<string, Handler>()

  handle(channel: string, handler: Handler): void {
    this.#handlers.set(channel, handler)
  }

  async invoke(channel: string, event: object, args: unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel)
    if (!handler) throw new Error(`No handler for ${channel}.`)
    return handler(event, ...args)
  }
}

export const ipcMain = new IpcMain()
