/** `BrowserWindow` and its `webContents`: a page of Chromium, and the events that Electron would send. */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Frame, Page } from 'playwright'
import { app } from './app.ts'
import { addSwitch, browserContext, toApp, toPage } from './chromium.ts'
import { pageScript } from './in-page.ts'
import { ipcMain } from './ipc-main.ts'
import { type Data, type Holder, Port } from './ports.ts'
import { isGranted } from './session.ts'

type FromPage =
  | { kind: 'send' | 'invoke'; channel: string; args: unknown[] }
  | { kind: 'port'; id: number; data: Data }
  | { kind: 'open'; url: string }
  | { kind: 'permission'; permission: string }

type Bounds = { x: number; y: number; width: number; height: number }

interface Options extends Partial<Bounds> {
  title: string
  icon: string
  webPreferences: { preload: string; contextIsolation: boolean; sandbox: boolean; nodeIntegration: boolean }
}

const windows: BrowserWindow[] = []

export function contentsOf(page: Page): WebContents | undefined {
  return windows.find(({ webContents }) => webContents.page === page)?.webContents
}

class WebContents extends EventEmitter implements Holder {
  page: Page | null = null
  readonly #preload: string
  #url = ''
  #openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })

  constructor(preload: string) {
    super()
    this.#preload = preload
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler
  }

  /** @param page if Chromium has opened it, blank, already */
  async #open(url: string, page?: Page): Promise<void> {
    if (this.#openHandler({ url }).action === 'deny') return page?.close()
    const opened = page ?? (await (await browserContext()).newPage())
    await opened.goto('data:text/html,An opened window.')
  }

  mayNavigate(url: string): boolean {
    let isPrevented = false
    const preventDefault = () => {
      isPrevented = true
    }
    this.emit('will-navigate', { url, preventDefault })
    return !isPrevented
  }

  /** Of all windows: Chromium takes it from its command line. */
  setWebRTCIPHandlingPolicy(policy: string): void {
    addSwitch('webrtc-ip-handling-policy', policy)
  }

  getURL(): string {
    return this.#url
  }

  async loadURL(url: string): Promise<void> {
    this.#url = url
    const page = await this.#newPage()
    await page.goto(toPage(url)).catch((error) => {
      if (!page.isClosed()) throw error
    })
    this.emit('dom-ready')
  }

  reload(): void {
    void this.loadURL(this.#url)
  }

  send(channel: string, ...args: unknown[]): void {
    this.#call('__fromMain', [channel, args, []])
  }

  postMessage(channel: string, message: unknown, ports: Port[]): void {
    const ids = ports.map((port) => port.handTo(this))
    this.#call('__fromMain', [channel, [message], ids])
  }

  receive(port: number, data: Data): void {
    this.#call('__portReceives', [port, data])
  }

  closed(port: number): void {
    this.#call('__portCloses', [port])
  }

  #call(name: string, args: unknown[]): void {
    const call = ([name, args]: [string, unknown[]]) => Reflect.get(window, name)(...args)
    this.page?.evaluate(call, [name, args] as [string, unknown[]]).catch(() => {}) // it may be closed
  }

  async #newPage(): Promise<Page> {
    const before = this.page
    const page = await (await browserContext()).newPage()
    this.page = page
    await before?.close()
    await page.exposeBinding('__electronStandIn', ({ frame }, message: FromPage) =>
      this.#onMessage(frame, message),
    )
    await page.addInitScript(pageScript(readFileSync(this.#preload, 'utf8')))
    page.on('request', (request) => {
      // A page that is loaded again has no ports yet; one that tries to go elsewhere stays and keeps its ports.
      const isOwn = toApp(request.url()) !== request.url()
      if (isOwn && request.isNavigationRequest() && request.frame() === page.mainFrame())
        Port.closeThoseOf(this)
    })
    page.on('framenavigated', (frame) => {
      if (frame !== page.mainFrame()) return
      this.#url = toApp(frame.url())
      this.emit('did-navigate-in-page', {}, this.#url)
    })
    page.on('crash', () => {
      Port.closeThoseOf(this)
      this.emit('render-process-gone', {}, { reason: 'crashed' })
    })
    page.on('dialog', (question) => {
      let mayLeave = false
      const event = {
        preventDefault: () => {
          mayLeave = true
        },
      }
      if (question.type() === 'beforeunload') this.emit('will-prevent-unload', event)
      void (mayLeave ? question.accept() : question.dismiss()).then(() =>
        this.emit('asked-to-leave', mayLeave),
      )
    })
    page.on('popup', (opened) => void this.#open(opened.url(), opened))
    page.on('close', () => this.page === page && this.emit('page-closed'))
    return page
  }

  #onMessage(frame: Frame, message: FromPage): unknown {
    const event = {
      sender: this,
      senderFrame: { url: toApp(frame.url()), parent: frame.parentFrame() },
    }
    switch (message.kind) {
      case 'send':
        return void ipcMain.emit(message.channel, event, ...message.args)
      case 'invoke':
        return ipcMain.invoke(message.channel, event, message.args)
      case 'port':
        return Port.at(message.id)?.send(message.data)
      case 'permission':
        return isGranted(this, message.permission)
      case 'open':
        return this.#open(message.url)
    }
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  #bounds: Bounds
  #isMaximized = false
  #isVisible = false
  #title: string
  static #focused: BrowserWindow | null = null

  constructor({ x = 40, y = 40, width = 800, height = 600, title, webPreferences }: Options) {
    super()
    const { preload, contextIsolation, sandbox, nodeIntegration } = webPreferences
    if (!contextIsolation || !sandbox || nodeIntegration)
      throw new Error('The window is not sandboxed and isolated.')
    this.#bounds = { x, y, width, height }
    this.#title = title
    this.webContents = new WebContents(preload)
    this.webContents.once('dom-ready', () => this.emit('ready-to-show'))
    this.webContents.on('page-closed', () => this.#onClosed())
    windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }

  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.#focused
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return windows.find(({ webContents }) => webContents === contents) ?? null
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }

  show(): void {
    this.#isVisible = true
    this.focus()
  }

  focus(): void {
    BrowserWindow.#focused = this
  }

  blur(): void {
    BrowserWindow.#focused = null
  }

  isFocused(): boolean {
    return BrowserWindow.#focused === this
  }

  isVisible(): boolean {
    return this.#isVisible
  }

  isMinimized(): boolean {
    return false
  }

  restore(): void {}

  maximize(): void {
    this.#isMaximized = true
  }

  isMaximized(): boolean {
    return this.#isMaximized
  }

  getNormalBounds(): Bounds {
    return this.#bounds
  }

  setBounds(bounds: Bounds): void {
    this.#bounds = bounds
  }

  setTitle(title: string): void {
    this.#title = title
  }

  getTitle(): string {
    return this.#title
  }

  close(): void {
    void this.closeAndWait()
  }

  destroy(): void {
    void this.webContents.page?.close()
  }

  /** @returns whether it has closed: the page may want to stay */
  closeAndWait(): Promise<boolean> {
    this.emit('close', { preventDefault: () => {} })
    return new Promise((resolve) => {
      this.once('closed', () => resolve(true))
      this.webContents.once('asked-to-leave', (leaves: boolean) => !leaves && resolve(false))
      void this.webContents.page?.close({ runBeforeUnload: true })
    })
  }

  #onClosed(): void {
    if (!windows.includes(this)) return
    windows.splice(windows.indexOf(this), 1)
    if (BrowserWindow.#focused === this) BrowserWindow.#focused = null
    Port.closeThoseOf(this.webContents)
    this.emit('closed')
    app.onWindowClosed()
  }
}
