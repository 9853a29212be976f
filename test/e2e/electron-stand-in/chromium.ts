/** The Chromium whose pages are the windows. The app's scheme is mapped to an address that never reaches the network. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  type BrowserContext,
  chromium,
  type Frame,
  type Request as PageRequest,
  type Route,
} from 'playwright'
import { chromiumFlags, chromiumProgram } from '../chromium-flags.ts'
import { userFolder } from './arguments.ts'
import { respondToScheme } from './session.ts'

const standInOrigin = 'http://stet.app.localhost'
const appOrigin = 'app://stet'

export const toPage = (url: string) => url.replace(appOrigin, standInOrigin)
export const toApp = (url: string) => url.replace(standInOrigin, appOrigin)

let context: Promise<BrowserContext> | null = null
const switches: string[] = []

/** For the browser's command line; call before the first window opens. */
export function addSwitch(name: string, value: string): void {
  switches.push(`--${name}=${value}`)
}

export function browserContext(): Promise<BrowserContext> {
  context ??= launch()
  return context
}

async function launch(): Promise<BrowserContext> {
  const folder = path.join(userFolder, 'chromium')
  const launched = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumProgram(),
    args: [...chromiumFlags, ...switches, '--remote-debugging-port=0'],
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  })
  await launched.route(() => true, respond)
  const [port, address] = readFileSync(path.join(folder, 'DevToolsActivePort'), 'utf8').split('\n')
  process.send?.({ devTools: `ws://127.0.0.1:${port}${address}` })
  return launched
}

/** The scheme's handler responds; the app may prevent navigations and new windows; everything else is as in a browser. */
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
  return (await mayRequest(request)) ? route.continue() : route.abort('aborted')
}

async function mayRequest(request: PageRequest): Promise<boolean> {
  if (!request.isNavigationRequest()) return true
  const { contentsOf } = await import('./browser-window.ts')
  const frame = frameOf(request)
  const contents = frame === null ? undefined : contentsOf(frame.page())
  // A window that a page opens is closed or filled by `BrowserWindow`.
  if (frame === null || contents === undefined) return false
  return frame !== frame.page().mainFrame() || contents.mayNavigate(request.url())
}

/** @returns null for a window that is being opened */
function frameOf(request: PageRequest): Frame | null {
  try {
    return request.frame()
  } catch {
    return null
  }
}

export async function closeBrowser(): Promise<void> {
  await (await context)?.close()
}
