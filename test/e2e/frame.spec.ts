/** The frame: rail, palette, map of keys. All of it works by keyboard, folds without loss, and is accessible. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { views } from '../../electron/contract/views.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'
import { widerThanWindow } from './reach.ts'

describe('the frame', async () => {
  const app = await openApp()
  after(() => app.close())
  await app.makeSample()
  const { page } = app
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  const search = page.getByRole('combobox', { name: 'Search or run a command' })
  const openPalette = async () => {
    await page.keyboard.press('Control+k')
    await search.waitFor()
  }

  test('the rail shows how much there is and what is left to do', async () => {
    const { items, editable, annotations } = await app.host.projects.overview({ project: app.project })
    const rail = page.getByRole('navigation', { name: 'Views' })
    await rail.getByRole('link', { name: `Data ${items.toLocaleString('en')}` }).waitFor()
    const left = editable - annotations.done - annotations.skipped
    if (left > 0) await rail.getByText(`${left.toLocaleString('en')} left`).waitFor()
    assert.equal(await rail.getByRole('link').count(), views.length)
  })

  test('the palette offers the verbs of the view first, and runs them', async () => {
    await app.goto('data')
    await page.locator('.item-row').first().waitFor()
    await openPalette()
    const groups = palette.getByRole('group')
    assert.equal(await groups.first().getAttribute('aria-label'), 'Do')
    assert.deepEqual(await axeProblems(page), [])
    await search.fill('export')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Export' }).waitFor()
    await page.keyboard.press('Escape')
  })

  test('Tab narrows the palette to one kind, and items are found by their words', async () => {
    await openPalette()
    await search.fill('the')
    const groups = palette.getByRole('group')
    await palette.getByRole('group', { name: 'Items' }).waitFor()
    assert.ok((await groups.count()) > 1)
    for (let n = 0; n < 3; n++) await page.keyboard.press('Tab')
    await palette.getByText('Items', { exact: true }).first().waitFor()
    await groups.nth(1).waitFor({ state: 'detached' })
    assert.equal(await groups.first().getAttribute('aria-label'), 'Items')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/data\?.*item=/)
  })

  test('a place is opened from the palette', async () => {
    await openPalette()
    await search.fill('settings')
    await palette.getByRole('option', { name: 'Settings' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/settings/)
  })

  test('the map of keys opens by a button, a key, and a chord while typing, and is accessible', async () => {
    await app.goto('data')
    const keys = page.getByRole('dialog', { name: 'Keys' })
    await page.getByRole('button', { name: 'Keys of this view' }).click()
    await keys.getByText('Everywhere').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await keys.getByRole('button', { name: 'Close dialog' }).click()
    await keys.waitFor({ state: 'detached' })
    await page.locator('#item-search').focus()
    await page.keyboard.press('?')
    assert.equal(await page.locator('#item-search').inputValue(), '?')
    await page.locator('#item-search').fill('')
    await page.keyboard.press('Control+/')
    await keys.waitFor()
    // As small as a window gets, the map scrolls, and can be scrolled by keyboard.
    await page.setViewportSize({ width: 640, height: 480 })
    assert.deepEqual(await axeProblems(page), [])
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.keyboard.press('Escape')
    await keys.waitFor({ state: 'detached' })
  })

  test('keys of one letter still work after a click on a slider', async () => {
    await app.goto('settings')
    await page.locator('input[type=range], [role=slider]').first().focus()
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.waitForURL(/\/data/)
  })

  test('the project is switched, and all projects are reached, from the rail', async () => {
    const { folder } = await app.host.projects.create({ name: 'Second' })
    await page.reload()
    await page.getByRole('button', { name: /^Project / }).click()
    await page.getByRole('menu').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('menuitemcheckbox', { name: 'Second' }).click()
    await page.waitForURL((url) => url.href.includes(encodeURIComponent(folder)))
    await page.getByRole('button', { name: 'Project Second' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.getByRole('heading', { name: 'Projects', exact: true }).waitFor()
  })

  test('the frame folds with the window and with the size of the text, and every view stays reachable', async () => {
    const rail = page.getByRole('navigation', { name: 'Views' })
    for (const [width, textSize] of [
      [1280, 100],
      [1024, 100],
      [640, 100],
      [1280, 200],
      [2560, 100],
    ] as const) {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate(
        (size) => localStorage.setItem('stet-settings', JSON.stringify({ textSize: size })),
        textSize,
      )
      await app.goto('data')
      await page.reload()
      await rail.waitFor()
      assert.equal(await widerThanWindow(page), 0, `${width} px, ${textSize}%`)
      for (const { title } of views) assert.ok(await rail.getByRole('link', { name: title }).isVisible())
      const { width: railWidth } = (await rail.boundingBox())!
      const rem = (16 * textSize) / 100
      const isRow = width / rem <= 46
      assert.equal(railWidth, isRow ? width : width / rem <= 68 ? 3.5 * rem : 12.75 * rem)
    }
  })
})

test('what the first view loads is under 250 kB, compressed', (t) => {
  const folder = path.resolve(import.meta.dirname, '../../out/renderer')
  const html = readFileSync(path.join(folder, 'index.html'), 'utf8')
  const files = [...html.matchAll(/(?:src|href)="(.+?\.(?:js|css))"/g)].map(([, file]) => file!)
  assert.ok(files.length > 2)
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(folder, file))).length, 0)
  t.diagnostic(`${Math.round(bytes / 1000)} kB in ${files.length} files`)
  assert.ok(bytes < 250_000, `${bytes} bytes`)
})
