/** The Chromium whose pages are the windows. The app's scheme is mapped to an address that never reaches the network. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type BrowserContext, chromium, type Route } from 'playwright'
import { chromiumFlags, chromiumProgram } from '../chromium-flags.ts'
import { userFolder } from './arguments.ts'
import { respondToScheme } from './session.ts'

const standInOrigin = 'http://stet.app.localhost'
const appOrigin = 'app://stet'

export const toPage = (url: string) => url.replace(appOrigin, standInOrigin)
export const toApp = (url: string) => url.replace(standInOrigin, appOrigin)

let context: Promise<BrowserContext> | null = null

export function browserContext(): Promise<BrowserContext> {
  context ??= launch()
  return context
}

async function launch(): Promise<BrowserContext> {
  const folder = path.join(userFolder, 'chromium')
  const launched = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumProgram(),
    args: [...chromiumFlags, '--remote-debugging-port=0'],
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  })
  await launched.route(() => true, respond)
  const [port, address] = readFileSync(path.join(folder, 'DevToolsActivePort'), 'utf8').split('\n')
  process.send?.({ devTools: `ws://127.0.0.1:${port}${address}` })
  return launched
}

/** The scheme's handler responds; other navigations are reported to the app, and nothing else is fetched. */
async function respond(route: Route): Promise<void> {
  const request = route.request()
  if (request.url().startsWith(standInOrigin)) {
    const response = await respondToScheme(new Request(toApp(request.url())))
    return route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  }
  if (request.isNavigationRequest()) {
    const { contentsOf } = await import('./browser-window.ts')
    const event = { url: request.url(), preventDefault: () => {} }
    contentsOf(request.frame().page())?.emit('will-navigate', event)
  }
  return route.abort('aborted')
}

export async function closeBrowser(): Promise<void> {
  await (await context)?.close()
}
