/** The first page: the welcome of a new user, a project from files, and the list of projects with what can be done. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type App, openApp } from './app.ts'
import { axeProblems } from './axe.ts'
import { unreachable, widerThanWindow } from './reach.ts'

describe('the first page', () => {
  let app: App
  before(async () => {
    app = await openApp()
  })
  after(() => app.close())

  test('welcomes who has no project, at every width and text size, in both themes', async () => {
    const { page } = app
    const title = page.getByRole('heading', {
      name: 'Teach a language model by changing as little as you can.',
    })
    await title.waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      assert.deepEqual(await axeProblems(page), [])
    }
    for (const [width, text] of [
      [640, 100],
      [1280, 200],
      [2560, 100],
    ] as const) {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate((percent) => {
        document.documentElement.style.fontSize = `${percent}%`
      }, text)
      assert.equal(await widerThanWindow(page), 0)
      assert.deepEqual(await unreachable(page), [])
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.evaluate(() => document.documentElement.style.removeProperty('font-size'))
  })

  test('files of one’s own become a project, and are looked at before they are imported', async () => {
    const { page } = app
    const file = path.join(app.folder, 'letters.jsonl')
    writeFileSync(file, JSON.stringify({ prompt: 'A letter?', rejected: 'No letter.', edited: 'A letter.' }))
    await page.getByLabel('Files to start a project from').setInputFiles(file)
    await page.waitForURL(/letters\.stet\/data/)
    await page.getByRole('dialog', { name: 'Import letters.jsonl' }).waitFor()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByText('1 item', { exact: true }).waitFor()
  })

  test('a project is renamed, its folder shown, and removed from the list', async () => {
    const { page } = app
    await page.goto(`${new URL(app.url).origin}/#/`)
    const row = page.getByRole('row', { name: /letters/ })
    await row.getByText('1 of 1 edited').waitFor()
    assert.match(await row.getByRole('img').getAttribute('aria-label').then(String), /^Reached: Data, Edits$/)
    assert.deepEqual(await axeProblems(page), [])
    await row.getByRole('button', { name: 'Show the folder of letters' }).click()
    await page.getByText(/letters\.stet$/).waitFor()
    await page.getByText(/^[0-9]+ (kB|MB)$/).waitFor()
    await page.keyboard.press('Escape')
    await row.getByRole('button', { name: 'More about letters' }).click()
    await page.getByRole('menuitem', { name: 'Rename…' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Clinic letters')
    await page.keyboard.press('Enter')
    const renamed = page.getByRole('row', { name: /Clinic letters/ })
    await renamed.getByRole('button', { name: 'More about Clinic letters' }).click()
    await page.getByRole('menuitem', { name: 'Remove from the list…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove from the list' }).click()
    await page.getByRole('heading', { name: /^Teach a language model/ }).waitFor()
    assert.deepEqual(await app.host.projects.recent({}), [])
  })
})
