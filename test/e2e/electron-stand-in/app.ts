/** `app`: ready at once, one instance per user folder, and Electron's order of events on quitting. */
import { EventEmitter, once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { userFolder } from './arguments.ts'
import { BrowserWindow } from './browser-window.ts'
import { addSwitch, closeBrowser } from './chromium.ts'

class App extends EventEmitter {
  readonly isPackaged = false
  readonly recentDocuments: string[] = []
  readonly commandLine = { appendSwitch: addSwitch }
  #isReady = false
  #isQuitting = false
  #argumentsSent: Promise<unknown> = Promise.resolve()
  readonly #ready: Promise<void>

  constructor() {
    super()
    this.#ready = new Promise((resolve) => {
      setImmediate(() => {
        this.#isReady = true
        resolve()
      })
    })
  }

  enableSandbox(): void {}

  isReady(): boolean {
    return this.#isReady
  }

  whenReady(): Promise<void> {
    return this.#ready
  }

  getPath(_name: 'userData'): string {
    return userFolder
  }

  addRecentDocument(file: string): void {
    this.recentDocuments.push(file)
  }

  /** A second instance sends its arguments to the first through a socket. */
  requestSingleInstanceLock(): boolean {
    if (isAlive(lockFile)) {
      const socket = connect(socketFile)
      this.#argumentsSent = once(socket, 'close')
      socket.end(JSON.stringify({ argv: process.argv, cwd: process.cwd() })).resume()
      return false
    }
    writeFileSync(lockFile, String(process.pid))
    rmSync(socketFile, { force: true })
    const server = createServer((socket) => {
      let message = ''
      socket.on('data', (chunk) => (message += chunk))
      socket.on('end', () => {
        socket.end()
        const { argv, cwd } = JSON.parse(message)
        this.emit('second-instance', {}, argv, cwd)
      })
    })
    server.listen(socketFile)
    server.unref()
    return true
  }

  quit(): void {
    void this.#quit()
  }

  exit(code = 0): void {
    this.emit('quit')
    void Promise.all([this.#argumentsSent, closeBrowser()]).finally(() => process.exit(code))
  }

  /** Called by a window that has closed. */
  onWindowClosed(): void {
    if (BrowserWindow.getAllWindows().length === 0 && !this.#isQuitting) this.emit('window-all-closed')
  }

  async #quit(): Promise<void> {
    if (isPrevented((event) => this.emit('before-quit', event))) return
    this.#isQuitting = true
    for (const window of BrowserWindow.getAllWindows()) {
      if (await window.closeAndWait()) continue
      this.#isQuitting = false // a window stays open, and so does the app
      return
    }
    if (!isPrevented((event) => this.emit('will-quit', event))) this.exit(0)
  }
}

const socketFile = path.join(userFolder, 'instance.sock')
const lockFile = path.join(userFolder, 'instance.pid')

function isAlive(lock: string): boolean {
  try {
    return process.kill(Number(readFileSync(lock, 'utf8')), 0)
  } catch {
    return false
  }
}

function isPrevented(emit: (event: { preventDefault(): void }) => void): boolean {
  let prevented = false
  emit({
    preventDefault: () => {
      prevented = true
    },
  })
  return prevented
}

export const app = new App()
