/** The components, each in its states: accessible in both themes, open and closed, at every text size. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import type { Page } from 'playwright'
import { build } from 'vite'
import { contentTypeOf } from '../../electron/contract/web-headers.ts'
import { axeProblems } from './axe.ts'
import { freshFolder, theBrowser } from './browser.ts'
import { drawnIcon } from './drawn-icon.ts'
import { widerThanWindow } from './reach.ts'

const root = path.resolve(import.meta.dirname, '../..')
const origin = 'http://gallery.invalid'

/** The gallery is not part of the app, so it is built here. @returns a page that shows it */
async function openGallery(): Promise<{ page: Page; errors: string[] }> {
  const folder = freshFolder()
  await build({
    root: path.join(root, 'renderer'),
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, rolldownOptions: { input: path.join(root, 'renderer/gallery.html') } },
  })
  const page = await (await theBrowser()).newPage({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.route(`${origin}/**`, (route) => {
    const file = path.join(folder, new URL(route.request().url()).pathname)
    return route.fulfill({ body: readFileSync(file), contentType: contentTypeOf(file) })
  })
  return { page, errors }
}

describe('the components', async () => {
  const { page, errors } = await openGallery()
  after(() => page.close())
  const show = async (look: string) => {
    await page.goto(`${origin}/gallery.html?${look}`)
    await page.getByRole('heading', { name: 'Components', exact: true }).waitFor()
    await page.evaluate(() => document.fonts.ready)
  }
  /** What opens, by the button that opens it and what then appears. */
  const openings: [button: string, role: 'menu' | 'dialog', closes: string][] = [
    ['Run actions', 'menu', 'Escape'],
    ['About step 32', 'dialog', 'Escape'],
    ['Rename…', 'dialog', 'Escape'],
    ['Remove 3 runs…', 'dialog', 'Escape'],
  ]

  for (const theme of ['light', 'dark']) {
    test(`axe finds nothing serious in any state, ${theme}`, async () => {
      await show(`theme=${theme}`)
      assert.deepEqual(await axeProblems(page), [])
      const found: string[] = []
      for (const [button, role, closes] of openings) {
        await page.getByRole('button', { name: button, exact: true }).click()
        await page.getByRole(role).waitFor()
        found.push(...(await axeProblems(page)).map((problem) => `${button}: ${problem}`))
        await page.keyboard.press(closes)
        await page.getByRole(role).waitFor({ state: 'detached' })
      }
      await page.getByRole('combobox', { name: 'Order', exact: true }).click()
      await page.getByRole('listbox').waitFor()
      found.push(...(await axeProblems(page)).map((problem) => `select: ${problem}`))
      await page.keyboard.press('Escape')
      await page.getByRole('combobox', { name: 'Reward model' }).fill('rew')
      await page.getByRole('option', { name: 'Reward, whole sequence' }).waitFor()
      // While its list is open, the rest is hidden from screen readers; Tab closes the list before it moves the focus.
      const inList = await axeProblems(page, ['aria-hidden-focus'])
      found.push(...inList.map((problem) => `combobox: ${problem}`))
      await page.keyboard.press('Tab')
      assert.equal(await page.locator('[aria-hidden=true]', { has: page.locator(':focus') }).count(), 0)
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'With an action' }).click()
      await page.getByRole('button', { name: 'Undo' }).waitFor()
      found.push(...(await axeProblems(page)).map((problem) => `toast: ${problem}`))
      assert.deepEqual(found, [])
      assert.deepEqual(errors, [])
    })
  }

  test('signs of a token or a command are drawn one by one, never joined to another sign', async () => {
    await show('theme=light')
    for (const shown of ['code', 'tokens']) {
      await page.evaluate((name) => {
        const text = document.createElement('span')
        text.id = 'signs'
        text.className = name
        text.textContent = '<|end|> != => ->'
        document.querySelector('main, body')!.prepend(text)
      }, shown)
      const signs = page.locator('#signs')
      const asIs = await signs.screenshot()
      const drawn = async (features: string) => {
        await signs.evaluate((text, value) => (text.style.fontFeatureSettings = value), features)
        return signs.screenshot()
      }
      assert.ok(asIs.equals(await drawn('"calt" 0')), `${shown}: signs are joined`)
      assert.ok(!asIs.equals(await drawn('"calt" 1')), 'the typeface would join them')
      await signs.evaluate((text) => text.remove())
    }
  })

  test('choices are made by keyboard', async () => {
    await show('theme=light')
    await page.getByRole('combobox', { name: 'Order', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    assert.match(
      await page.getByRole('combobox', { name: 'Order', exact: true }).innerText(),
      /^Disagreement first/,
    )
    await page.getByRole('radio', { name: 'Words' }).first().focus()
    await page.keyboard.press('ArrowRight')
    assert.equal(
      await page.getByRole('radio', { name: 'Tokens' }).first().getAttribute('aria-checked'),
      'true',
    )
    await page.getByRole('tab', { name: 'Overview' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    assert.equal(await page.getByRole('tab', { name: 'Samples' }).getAttribute('aria-selected'), 'true')
    const length = page.getByRole('textbox', { name: 'Longest response' })
    await length.focus()
    await page.keyboard.press('ArrowUp')
    assert.equal(await length.inputValue(), '65')
  })

  test('a dialog puts the focus into its first field, and one Escape closes it', async () => {
    await show('theme=light')
    await page.getByRole('button', { name: 'Rename…' }).click()
    await page.locator('[role=dialog] input:focus').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(await page.locator(':focus').innerText(), 'Rename…')
  })

  test('a changed field is reset to its default, and an error belongs to its field', async () => {
    await show('theme=light')
    const rate = page.getByRole('textbox', { name: 'Learning rate' })
    await page.getByRole('button', { name: 'Reset Learning rate to its default' }).click()
    assert.equal(await rate.inputValue(), '0.0001')
    assert.equal(await page.getByRole('button', { name: /^Reset Learning rate/ }).count(), 0)
    const clip = page.getByRole('textbox', { name: 'Clip the ratio at' })
    assert.equal(await clip.getAttribute('aria-invalid'), 'true')
    const description = await clip.getAttribute('aria-describedby')
    assert.equal(await page.locator(`[id="${description}"]`).innerText(), 'Has to be above zero.')
  })

  test('a toast with an action stays until the next one, and its action runs', async () => {
    await show('theme=light')
    await page.getByRole('button', { name: 'With an action' }).click()
    const undo = page.getByRole('button', { name: 'Undo' })
    await undo.waitFor()
    await page.waitForTimeout(6000)
    assert.equal(await undo.count(), 1)
    await undo.click()
    await page.getByText('Taken back').first().waitFor()
    await undo.waitFor({ state: 'detached' })
  })

  test('nothing scrolls sideways from 640 to 2560 pixels, with text at 100% and 200%', async () => {
    const found: string[] = []
    for (const text of [100, 200]) {
      await show(`text=${text}`)
      for (const width of [640, 1024, 1440, 2560]) {
        await page.setViewportSize({ width, height: 900 })
        const wider = await widerThanWindow(page)
        if (wider > 0) found.push(`${width} px, ${text}%: ${wider} px too wide`)
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 })
    assert.deepEqual(found, [])
  })
})

test('the icon of the packages is the drawing in resources/icon.svg', async () => {
  const drawn = await drawnIcon(await theBrowser())
  const page = await (await theBrowser()).newPage()
  const difference = await page.evaluate(
    async (images) => {
      const [a, b] = await Promise.all(
        images.map(async (base64) => {
          const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob())
          const canvas = new OffscreenCanvas(image.width, image.height)
          const context = canvas.getContext('2d')!
          context.drawImage(image, 0, 0)
          return context.getImageData(0, 0, image.width, image.height)
        }),
      )
      if (a!.width !== b!.width || a!.height !== b!.height) return Number.POSITIVE_INFINITY
      let sum = 0
      for (let i = 0; i < a!.data.length; i++) sum += Math.abs(a!.data[i]! - b!.data[i]!)
      return sum / a!.data.length
    },
    [drawn, readFileSync(path.join(root, 'resources/icon.png'))].map((png) => png.toString('base64')),
  )
  await page.close()
  assert.ok(difference < 0.5, `on average ${difference} of 255 apart; draw it again with test/e2e/icon.ts`)
})
