/** `ipcMain`: what pages send and ask. */
import { EventEmitter } from 'node:events'

type Answer = (event: object, ...args: unknown[]) => unknown

class IpcMain extends EventEmitter {
  readonly #handlers = new Map<string, Answer>()

  handle(channel: string, answer: Answer): void {
    this.#handlers.set(channel, answer)
  }

  async invoke(channel: string, event: object, args: unknown[]): Promise<unknown> {
    const answer = this.#handlers.get(channel)
    if (!answer) throw new Error(`No handler for ${channel}.`)
    return answer(event, ...args)
  }
}

export const ipcMain = new IpcMain()
