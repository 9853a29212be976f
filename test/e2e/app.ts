/**
 * The app as a user has it: a real `stet serve` with host, SQLite and trainer on fresh folders, and a Chromium page.
 * Errors on the console, exceptions and failed requests of the page make `close` fail.
 *
 *     const app = await openApp()
 *     after(() => app.close())
 *     await app.makeSample()
 *     await app.goto('annotate', { item: '…' })
 *     await app.page.getByRole('button', { name: 'Done' }).click()
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { BrowserContextOptions, Page } from 'playwright'
import { freshFolder, theBrowser } from './browser.ts'
import { type HostClient, startHost } from './host-process.ts'

export type App = Awaited<ReturnType<typeof openApp>>

/** In the page: a view stays until the next one can be drawn, and is then known by this. */
function markView(): void {
  document.querySelector('.view-body > *')?.setAttribute('data-left', '')
}

/** @param options such as `{ colorScheme: 'dark', viewport: { width: 1024, height: 640 } }` */
export async function openApp(options: BrowserContextOptions = {}) {
  const folder = freshFolder()
  let process = await startHost(folder, 0)
  const context = await (await theBrowser()).newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(15_000)
  const errors = watchErrors()
  let page = await newPage(process.url)
  let project: string | null = null

  async function newPage(url: string): Promise<Page> {
    const opened = await context.newPage()
    errors.watch(opened)
    await opened.goto(url)
    await opened.locator('#main').waitFor()
    return opened
  }

  return {
    /** The folder with settings and projects. */
    folder,
    /** The page that is open now; `killPage()` opens another. */
    get page(): Page {
      return page
    },
    /** The printed address, with its token. */
    get url(): string {
      return process.url
    },
    /** The host's procedures, over a separate connection. */
    get host(): HostClient {
      return process.client
    },
    /** Process id of the host. */
    get hostPid(): number {
      return process.pid
    },
    /** Folder of the project whose views `goto` opens. */
    get project(): string {
      assert.ok(project, 'Create or choose a project first.')
      return project
    },
    set project(chosen: string) {
      project = chosen
    },
    /** Creates the sample project through the host and opens it. @returns its folder */
    async makeSample(): Promise<string> {
      project = (await process.client.projects.createSample({})).folder
      await this.goto('data')
      return project
    },
    /** Opens a view of the project by its address. */
    async goto(view: string, search: Record<string, string> = {}): Promise<void> {
      const query = new URLSearchParams(search).toString()
      const place = `#/p/${encodeURIComponent(this.project)}/${view}${query && `?${query}`}`
      const isOther = !new URL(page.url()).hash.split('?')[0]!.endsWith(`/${view}`)
      if (isOther) await page.evaluate(markView)
      await page.goto(`${new URL(process.url).origin}/${place}`)
      const inRail = page.locator('.rail [aria-current=page]', { hasText: new RegExp(view, 'i') })
      // A blind session hides the rail.
      await (search.blind === undefined ? inRail : page.locator('.judging')).waitFor()
      if (isOther) await page.locator('[data-left]').waitFor({ state: 'detached' })
    },
    /** Ends the host: a crash, or as Ctrl-C does. */
    async stopHost(how: 'crash' | 'stop' = 'stop'): Promise<void> {
      errors.allow(/WebSocket connection|net::ERR_/)
      await process.end(how === 'crash' ? 'SIGKILL' : 'SIGINT')
    },
    /** Starts it again at the same address; the page reconnects on its own. */
    async startHost(): Promise<void> {
      process = await startHost(folder, process.port)
    },
    async restartHost(how: 'crash' | 'stop' = 'stop'): Promise<void> {
      await this.stopHost(how)
      await this.startHost()
    },
    /** Crashes the page's process and opens a new page at the same address. */
    async killPage(): Promise<Page> {
      const address = page.url()
      const session = await context.newCDPSession(page)
      const crashed = once(page as unknown as NodeJS.EventEmitter, 'crash')
      session.send('Page.crash').catch(() => {})
      await crashed
      await page.close()
      page = await newPage(address)
      return page
    },
    /** Errors that this test causes on purpose. */
    allow: errors.allow,
    /** @throws AssertionError with the page's errors, if it had any */
    async close(): Promise<void> {
      await context.close()
      await process.end('SIGINT')
      assert.deepEqual(
        errors.list(),
        [],
        `The page had errors. The host said: ${process.errors() || 'nothing'}`,
      )
    },
  }
}

function watchErrors() {
  const errors: string[] = []
  const allowed: RegExp[] = []
  return {
    watch(page: Page): void {
      page.on('console', (message) => message.type() === 'error' && errors.push(`console: ${message.text()}`))
      page.on('pageerror', (error) => errors.push(`thrown: ${error.stack ?? error.message}`))
      page.on('requestfailed', (request) => {
        // A request that the page itself aborted is not a failure.
        const why = request.failure()?.errorText
        if (why !== 'net::ERR_ABORTED') errors.push(`request: ${request.url()} ${why}`)
      })
    },
    allow: (pattern: RegExp): void => void allowed.push(pattern),
    list: (): string[] => errors.filter((error) => !allowed.some((pattern) => pattern.test(error))),
  }
}
