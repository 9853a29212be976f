/** The UI opens, creates the sample project, and every view is accessible, reachable and free of errors. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { views } from '../../electron/contract/views.ts'
import { makeItem } from '../../electron/pipeline/data/item.ts'
import { addItems, createProject } from '../../electron/storage/index.ts'
import { type App, openApp } from './app.ts'
import { axeProblems } from './axe.ts'
import { unreachable, widerThanWindow } from './reach.ts'

async function settle({ page }: App): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready)
}

/** The list of projects, then every view. */
async function inEveryView(app: App, look: (view: string) => Promise<void>): Promise<void> {
  await app.page.goto(`${new URL(app.url).origin}/#/`)
  await app.page.getByRole('heading', { name: 'Projects', exact: true }).waitFor()
  await settle(app)
  await look('projects')
  for (const { path: view } of views) {
    await app.goto(view)
    await settle(app)
    await look(view)
  }
}

describe('the UI', async () => {
  const app = await openApp()
  after(() => app.close())

  test('creates the sample project at a click and shows it', async () => {
    await app.page.getByRole('button', { name: 'Open the sample project' }).click()
    await app.page.waitForURL(/\/data$/)
    const [card] = await app.host.projects.recent({})
    assert.ok(card)
    app.project = card.folder
    assert.ok((await app.host.projects.overview({ project: card.folder })).editable > 0)
  })

  test('the guide leads from step to step, ticks what the project shows, and stays dismissed', async () => {
    const { page } = app
    const guide = page.getByRole('region', { name: 'Guide' })
    await guide.getByText(/^1 of 6$/).waitFor()
    await page.locator('#main').click({ position: { x: 2, y: 2 } })
    await page.keyboard.press('g')
    await page.keyboard.press('g')
    await page.waitForURL(/\/annotate$/)
    await page.locator('.cm-content:focus').waitFor()
    await page.keyboard.type('so ')
    await page.keyboard.press('Control+Enter')
    await guide.getByText(/^2 of 6$/).waitFor()
    await guide.getByRole('button', { name: /^Labels/ }).click()
    await guide.getByText(/^3 of 6$/).waitFor()
    await guide.getByRole('button', { name: /^Initial policy/ }).click()
    await page.waitForURL(/\/runs\?new=sft&/)
    assert.equal(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), 'base')
    await page.getByRole('button', { name: 'Project sample' }).click()
    await page.getByRole('menuitem', { name: 'All projects' }).click()
    await page.getByText('done: ').nth(1).waitFor({ state: 'attached' })
    assert.equal(await page.locator('.guide-list li', { hasText: 'done: ' }).count(), 2)
    await app.goto('data')
    await guide.getByRole('button', { name: 'Dismiss guide' }).click()
    await guide.waitFor({ state: 'detached' })
    await page.reload()
    await page.locator('.item-row').first().waitFor()
    assert.equal(await guide.count(), 0)
    await app.goto('settings')
    await page.getByRole('button', { name: 'Show the next step above every view' }).click()
    await guide.getByText(/^2 of 6$/).waitFor()
  })

  test('every view opens by its keys, and a reload keeps it', async () => {
    const { page } = app
    for (const { path: view, key } of views) {
      await page.locator('#main').click({ position: { x: 2, y: 2 } })
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.waitForURL(new RegExp(`/${view}`))
      // The editor takes the focus when it opens, and with it the next keys.
      if (view === 'annotate') await page.locator('.cm-content:focus').waitFor()
    }
    await page.reload()
    await page.locator('.rail [aria-current=page]', { hasText: 'Settings' }).waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing serious in any view, ${colorScheme}`, async () => {
      await app.page.emulateMedia({ colorScheme })
      const found: string[] = []
      await inEveryView(app, async (view) => {
        found.push(...(await axeProblems(app.page)).map((problem) => `${view}: ${problem}`))
      })
      assert.deepEqual(found, [])
    })
  }

  test('for a project that another process has open, the message names the process', async () => {
    const folder = path.join(app.folder, 'elsewhere.stet')
    const project = await createProject(folder, 'elsewhere')
    try {
      await app.page.goto(`${new URL(app.url).origin}/#/p/${encodeURIComponent(folder)}/data`)
      await app.page
        .getByText(new RegExp(`process ${process.pid} `))
        .first()
        .waitFor()
    } finally {
      project.close()
    }
  })

  test('a project from a newer Stet opens read-only; a change is refused with a message', async () => {
    const folder = path.join(app.folder, 'newer.stet')
    const project = await createProject(folder, 'newer')
    const prompt = [{ role: 'user' as const, content: 'Which island?' }]
    addItems(project.db, [makeItem({ source: 'test', prompt, rejected: 'The wrong one.' })])
    project.db.pragma('user_version = 99')
    project.close()
    await app.page.goto(`${new URL(app.url).origin}/#/p/${encodeURIComponent(folder)}/annotate`)
    await app.page.getByText(/made by a newer version of Stet/).waitFor()
    await app.page.locator('.cm-content:focus').waitFor()
    await app.page.keyboard.type('No. ')
    await app.page
      .getByText(/open read-only/)
      .first()
      .waitFor()
  })

  test('all controls are reachable at 1024 × 640 and with text at 200%', async () => {
    await app.page.setViewportSize({ width: 1024, height: 640 })
    const found: string[] = []
    const check = (size: string) => async (view: string) => {
      const wider = await widerThanWindow(app.page)
      if (wider > 0) found.push(`${view} at ${size}: ${wider} px wider than the window`)
      found.push(...(await unreachable(app.page)).map((name) => `${view} at ${size}: ${name}`))
    }
    await inEveryView(app, check('100%'))
    await app.page.evaluate(() => localStorage.setItem('stet-settings', JSON.stringify({ textSize: 200 })))
    await app.page.reload()
    await inEveryView(app, check('200%'))
    assert.deepEqual(found, [])
  })
})
