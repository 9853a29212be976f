/** The desktop shell: windows, lifecycle, and crashes of processes. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import type { Page } from 'playwright'
import { freshFolder } from './browser.ts'
import { type DesktopApp, goTo, hostPid, launchDesktop, quit, until, windowAt } from './desktop-app.ts'

const folder = freshFolder()
const launched: DesktopApp[] = []
after(() => {
  for (const app of launched) app.kill()
})

/** Starts the app, after killing any that a failed test has left running. */
function launch(...args: string[]): Promise<DesktopApp> {
  for (const app of launched) app.kill()
  return launchBeside(...args)
}

/** Starts the app while another instance is running. */
async function launchBeside(...args: string[]): Promise<DesktopApp> {
  const app = await launchDesktop(folder, args)
  launched.push(app)
  return app
}

/** Answers every dialog with a button and records its message; `response` is the button's index. */
function answerDialogs(app: DesktopApp, response: number): Promise<void> {
  return app.evaluate(({ dialog }, response) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    dialog.showMessageBox = async (...args: unknown[]) => {
      asked.push((args.at(-1) as { message: string }).message)
      return { response, checkboxChecked: false }
    }
  }, response)
}

function asked(app: DesktopApp): Promise<string[]> {
  return app.evaluate(() => Reflect.get(globalThis, 'asked') as string[])
}

/** Starts training the tiny policy through the form, and waits for its first step. */
async function startRun(page: Page): Promise<void> {
  await goTo(page, 'runs?new=sft&preset=Sample%20world')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(`base-${++runs}`)
  await page.getByRole('textbox', { name: 'Epochs', exact: true }).fill('1')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.locator('.rail .job', { hasText: /\d+\/\d+/ }).waitFor({ timeout: 60_000 })
}
let runs = 0

let project = ''

describe('the desktop', () => {
  test('opens with the list of projects and creates one; the window is named after it', async () => {
    const app = await launch()
    const page = await windowAt(app, /index\.html/)
    await page.getByRole('button', { name: 'Open the sample project' }).click()
    await page.waitForURL(/\/data$/)
    project = path.join(folder, 'projects/sample.stet')
    assert.ok(existsSync(path.join(project, 'lab.db')))
    await page.getByText('4,400 items').waitFor()
    const titles = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.getTitle()),
    )
    assert.deepEqual(titles, ['sample – Stet'])
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 60, y: 70, width: 1100, height: 700 }),
    )
    await quit(app)
    await app.ended
  })

  test('opens where it was the last time, with the project that was open', async () => {
    const app = await launch()
    await windowAt(app, /sample\.stet\/data$/)
    const bounds = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
    )
    assert.deepEqual(bounds, { x: 60, y: 70, width: 1100, height: 700 })
    await quit(app)
    await app.ended
    assert.deepEqual(
      readdirSync(path.join(folder, 'user')).filter((name) => name.endsWith('.new')),
      [],
    )
  })

  test('a damaged window state is ignored', async () => {
    writeFileSync(path.join(folder, 'user/windows.json'), '{"places":[[1,null]],"open":')
    const app = await launch()
    await windowAt(app, /index\.html$|#\/$/)
    await quit(app)
    await app.ended
  })

  test('opens a project by argument; a second start uses the first instance, which has one window per project', async () => {
    const app = await launch(project)
    await windowAt(app, /sample\.stet\/data$/)
    const second = await launchBeside(project)
    await second.ended
    assert.equal(app.windows().length, 1)
    await answerDialogs(app, 0)
    await app.evaluate(({ Menu, BrowserWindow }) => {
      const file = Menu.getApplicationMenu()?.items.find(({ label }) => label === 'File')
      file?.submenu?.items
        .find(({ label }) => label === 'Projects')
        ?.click(undefined, BrowserWindow.getFocusedWindow())
    })
    await until('two windows', () => app.windows().length === 2)
    await quit(app)
    await app.ended
  })

  test('the menu goes to a view in the focused window', async () => {
    const app = await launch(project)
    const page = await windowAt(app, /sample\.stet\/data$/)
    await app.evaluate(({ Menu, BrowserWindow }) => {
      const go = Menu.getApplicationMenu()?.items.find(({ label }) => label === 'Go')
      go?.submenu?.items
        .find(({ label }) => label === 'Models')
        ?.click(undefined, BrowserWindow.getFocusedWindow())
    })
    await page.waitForURL(/\/models$/)
    await quit(app)
    await app.ended
  })
})

describe('a run', () => {
  test('keeps the machine awake, outlives its window, and is reported when it finishes', async () => {
    const app = await launch(project)
    const page = await windowAt(app, /sample\.stet\/data$/)
    await app.evaluate(({ powerSaveBlocker, Notification }) => {
      const notified: string[] = []
      Object.assign(globalThis, { notified })
      Notification.prototype.show = function () {
        notified.push(`${this.title}: ${this.body}`)
      }
      const { start, stop } = powerSaveBlocker
      const awake = new Set<number>()
      Object.assign(globalThis, { awake })
      powerSaveBlocker.start = (type) => {
        const id = start.call(powerSaveBlocker, type)
        awake.add(id)
        return id
      }
      powerSaveBlocker.stop = (id) => {
        awake.delete(id)
        return stop.call(powerSaveBlocker, id)
      }
    })
    const awake = () => app.evaluate(() => (Reflect.get(globalThis, 'awake') as Set<number>).size)
    assert.equal(await awake(), 0)
    await startRun(page)
    assert.equal(await awake(), 1)
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    await until('no window', () => app.windows().length === 0)
    assert.equal(await awake(), 1)
    await launchBeside(project) // a second start brings the window back
    const again = await windowAt(app, /sample\.stet\/data$/)
    await again.locator('.rail .job', { hasText: 'base-' }).waitFor()
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.blur())
    await goTo(again, 'runs')
    const notified = () => app.evaluate(() => Reflect.get(globalThis, 'notified') as string[])
    for (let seconds = 0; (await notified()).length === 0 && seconds < 120; seconds++)
      await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.match((await notified())[0] ?? '', /^train sft is done: sample: /)
    assert.equal(await awake(), 0)
    await quit(app)
    await app.ended
  })

  test('is asked about on quitting; it continues, or pauses with a checkpoint', async () => {
    const app = await launch(project)
    const page = await windowAt(app, /sample\.stet\/data$/)
    await startRun(page)
    await answerDialogs(app, 0)
    await quit(app)
    await until('a question', async () => (await asked(app)).length === 1)
    assert.deepEqual(await asked(app), ['train sft is still running.'])
    await page.locator('.rail .job', { hasText: /\d+\/\d+/ }).waitFor()
    await answerDialogs(app, 1)
    await quit(app)
    await app.ended
    const after = await launch(project)
    const later = await windowAt(after, /sample\.stet\/data$/)
    await goTo(later, 'runs')
    await later.getByText('paused').first().waitFor()
    await quit(after)
    await after.ended
  })
})

describe('a crash', () => {
  test('of the host is reported in a sentence; it is restarted at a click, and nothing is lost', async () => {
    const app = await launch(project)
    const page = await windowAt(app, /sample\.stet\/data$/)
    await page.getByText('4,400 items').waitFor()
    process.kill(await hostPid(project), 'SIGKILL')
    await page.getByRole('alert').getByText('The host process ended unexpectedly').waitFor()
    await page.getByRole('button', { name: 'Restart the host' }).click()
    await page.getByText('The host process ended unexpectedly').waitFor({ state: 'detached' })
    await goTo(page, 'models')
    await goTo(page, 'data')
    await page.getByText('4,400 items').waitFor()
    await quit(app)
    await app.ended
  })

  test('of the page is reported in a dialog; it is loaded again at a click', async () => {
    const app = await launch(project)
    const page = await windowAt(app, /sample\.stet\/data$/)
    await answerDialogs(app, 0)
    const session = await page.context().newCDPSession(page)
    session.send('Page.crash').catch(() => {})
    await until('a question', async () => (await asked(app)).length === 1)
    assert.match((await asked(app))[0] ?? '', /ended unexpectedly/)
    await until('a page that shows the data', async () => {
      const again = app.windows().at(-1)
      return (
        (await again
          ?.getByText('4,400 items')
          .isVisible()
          .catch(() => false)) ?? false
      )
    })
    await quit(app)
    await app.ended
  })
})
