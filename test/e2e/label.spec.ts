/** Labels and reward: labels of words, edit by edit, at every width; the rewards are in work.spec.ts, which trains a model. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

describe('labels', async () => {
  const app = await openApp({ viewport: { width: 1440, height: 900 } })
  after(() => app.close())
  const { page } = app
  const { folder: project } = await app.host.projects.create({ name: 'desk' })
  app.project = project

  test('without finished edits the view says what to do', async () => {
    await app.goto('label')
    await page.getByText('No finished edits yet').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('2')
    await page.getByText('No reward model yet').waitFor()
    await page.keyboard.press('1')
  })

  test('an edit is shown with the labels of its words, and the arrow keys read one after the other', async () => {
    const file = path.join(app.folder, 'rows.jsonl')
    const rows = Array.from({ length: 60 }, (_, i) => ({
      prompt: `Question ${i}?`,
      rejected: `The answer ${i} is surely bad.`,
      edited: `The answer ${i} is good.`,
    }))
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const { id } = await app.host.work.start({ verb: 'import', input: { project, files: [file] } })
    for await (const _ of await app.host.work.watch({ id }));
    await page.getByText('No finished edits yet').waitFor({ state: 'detached' })
    await page.getByText('1 to 50 of 60').waitFor()
    const sheets = page.locator('.lb-sheet')
    assert.deepEqual(await sheets.nth(0).locator('.deleted').allInnerTexts(), ['surely ', 'bad.'])
    assert.deepEqual(await sheets.nth(1).locator('.inserted').allInnerTexts(), ['good.'])
    assert.equal(await sheets.nth(0).locator('.lb-tint').first().innerText(), 'surely')
    // At once, without a token in focus.
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight')
    await page.locator('.lb-token', { hasText: '“surely ”removed, label −1' }).waitFor()
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight')
    await page.locator('.lb-token', { hasText: 'good' }).waitFor()
    assert.deepEqual(await axeProblems(page), [])
  })

  test('j and k go through the edits, and brackets through the pages', async () => {
    const at = (prompt: string) => page.locator('.lb-row[aria-current]', { hasText: prompt }).waitFor()
    await at('Question 0?')
    await page.keyboard.press('j')
    await at('Question 1?')
    await page.keyboard.press('k')
    await at('Question 0?')
    await page.keyboard.press(']')
    await page.getByText('51 to 60 of 60').waitFor()
    await at('Question 50?')
    assert.ok(await page.getByRole('button', { name: 'Next page' }).isDisabled())
    await page.keyboard.press('[')
    await page.getByText('1 to 50 of 60').waitFor()
  })

  test('no width or size of text makes the page scroll sideways', async () => {
    for (const [width, percent] of [
      [640, 100],
      [1024, 100],
      [1024, 200],
      [1440, 200],
      [2560, 100],
    ] as const) {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate((size) => {
        document.documentElement.style.fontSize = `${size}%`
      }, percent)
      await page.waitForTimeout(150)
      const wide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('main, main .scroll, .panes')]
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => `${element.className} ${element.scrollWidth} > ${element.clientWidth}`),
      )
      assert.deepEqual(wide, [], `at ${width} px and ${percent}%`)
      assert.deepEqual(await axeProblems(page), [])
      const rows = await page.locator('.lb-row').count()
      assert.ok(rows > 0 && rows <= 100, `${rows} rows`)
    }
  })
})
