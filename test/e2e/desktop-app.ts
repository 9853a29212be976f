/**
 * The built desktop app: in Electron if its binary is there, else its main process, preload and host on the stand-in.
 * Tests drive both the same way: with functions that run in the main process, and with the pages of its windows.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { chromium, _electron as electronDriver, type Page } from 'playwright'

const root = path.resolve(import.meta.dirname, '../..')
const entry = path.join(root, 'out/app/electron/main/index.js')

type Electron = typeof import('electron')
/** Runs in the main process, so it can use only its arguments. */
type InMain<Value, Argument> = (electron: Electron, argument: Argument) => Value | Promise<Value>

export interface DesktopApp {
  evaluate<Value, Argument = undefined>(run: InMain<Value, Argument>, argument?: Argument): Promise<Value>
  /** Pages of the open windows, the oldest first. */
  windows(): Page[]
  /** Settles when the app has exited. */
  ended: Promise<unknown>
  kill(): void
}

/** @param folder for settings, projects and user data @param args of the command line */
export async function launchDesktop(folder: string, args: string[] = []): Promise<DesktopApp> {
  const allArgs = [`--user-data-dir=${path.join(folder, 'user')}`, ...args]
  const env = {
    ...process.env,
    STET_SETTINGS: path.join(folder, 'settings'),
    STET_PROJECTS: path.join(folder, 'projects'),
  }
  const binary = electronBinary()
  return binary === null ? launchStandIn(allArgs, env) : launchElectron(binary, allArgs, env)
}

function electronBinary(): string | null {
  const folder = path.join(root, 'node_modules/electron')
  if (!existsSync(path.join(folder, 'path.txt'))) return null
  const binary = path.join(folder, 'dist', readFileSync(path.join(folder, 'path.txt'), 'utf8'))
  return existsSync(binary) ? binary : null
}

async function launchElectron(binary: string, args: string[], env: NodeJS.ProcessEnv): Promise<DesktopApp> {
  const app = await electronDriver.launch({
    executablePath: binary,
    args: [root, '--no-sandbox', ...args],
    env: env as Record<string, string>,
  })
  return {
    evaluate: (run, argument) => app.evaluate(run as never, argument as never) as never,
    windows: () => app.windows(),
    ended: once(app.process(), 'exit'),
    kill: () => app.process().kill('SIGKILL'),
  }
}

async function launchStandIn(args: string[], env: NodeJS.ProcessEnv): Promise<DesktopApp> {
  const register = new URL('./electron-stand-in/register.ts', import.meta.url).href
  const child = fork(entry, args, {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', register],
    env,
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit').finally(() => process.off('exit', kill))
  const devTools = await Promise.race([devToolsOf(child), ended.then(() => null)])
  const browser = devTools === null ? null : await chromium.connectOverCDP(devTools)
  const context = browser?.contexts()[0]
  // A page's dialogs are answered in the main process.
  const leaveDialogs = (page: Page) => void page.on('dialog', () => {})
  context?.on('page', leaveDialogs)
  context?.pages().forEach(leaveDialogs)
  return {
    evaluate: (run, argument) => evaluateIn(child, run.toString(), argument) as never,
    windows: () => (context?.pages() ?? []).filter((page) => page.url() !== 'about:blank'),
    ended,
    kill,
  }
}

async function devToolsOf(child: ChildProcess): Promise<string> {
  for (;;) {
    const [{ devTools }] = await once(child, 'message')
    if (devTools !== undefined) return devTools
  }
}

let nextId = 0

async function evaluateIn(child: ChildProcess, source: string, argument: unknown): Promise<unknown> {
  const id = nextId++
  child.send({ id, source, argument })
  for (;;) {
    const [answer] = await once(child, 'message')
    if (answer.id !== id) continue
    assert.ok(!('error' in answer), answer.error)
    return answer.value
  }
}

/** Waits until something is true, for at most ten seconds. */
export async function until(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`This did not happen within ten seconds: ${what}`)
}

export async function windowAt(app: DesktopApp, place: RegExp): Promise<Page> {
  const find = () => app.windows().find((page) => place.test(page.url()))
  await until(`a window at ${place}`, () => find() !== undefined)
  const page = find()
  assert.ok(page)
  page.setDefaultTimeout(15_000)
  await page.locator('#main').waitFor()
  return page
}

export function goTo(page: Page, view: string): Promise<void> {
  return page.evaluate((view) => {
    location.hash = location.hash.replace(/^(#\/p\/[^/]+\/).*/, `$1${view}`)
  }, view)
}

export function quit(app: DesktopApp): Promise<void> {
  return app.evaluate(({ app }) => app.quit())
}

/** The process that has the project's lock is the host. */
export function hostPid(project: string): number {
  const lock = JSON.parse(readFileSync(path.join(project, 'lock.json'), 'utf8'))
  return lock.pid
}
