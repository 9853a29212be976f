/** The view Settings: what is changed acts at once, everywhere, and stays; settings are found by words. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

describe('the view Settings', async () => {
  const app = await openApp()
  const { page } = app
  after(() => app.close())
  await app.makeSample()

  const sectionNamed = (name: string) =>
    page.getByRole('navigation', { name: 'Sections of the settings' }).getByRole('button', { name })

  /** How the text to edit looks. */
  const textStyle = async () => {
    await app.goto('annotate')
    await page.locator('.cm-content').waitFor()
    return page
      .locator('.an-text .cm-line')
      .first()
      .evaluate(async (line) => {
        // The width of the column is counted in characters of its typeface, which may still be loading.
        await document.fonts.ready
        const { fontFamily, fontSize, lineHeight } = getComputedStyle(line)
        const { width } = line.closest('.proof')!.getBoundingClientRect()
        return {
          face: fontFamily.split(',')[0],
          size: parseFloat(fontSize),
          lead: parseFloat(lineHeight),
          width,
        }
      })
  }

  test('the reading text is set for all views at once, with a live sample, and is kept by a reload', async () => {
    await page.setViewportSize({ width: 2000, height: 900 })
    const before = await textStyle()
    assert.deepEqual([before.face, before.size], ['"Source Serif 4 Variable"', 18])
    await app.goto('settings', { section: 'reading' })
    const sample = page.locator('.set-sample .proof')
    await page.getByRole('radio', { name: 'Mono' }).press(' ')
    assert.match(await sample.evaluate((text) => getComputedStyle(text).fontFamily), /^"JetBrains Mono/)
    await page.getByRole('slider', { name: 'Size' }).last().press('ArrowRight')
    await page.getByRole('slider', { name: 'Size' }).last().press('ArrowRight')
    await page.getByText('20 px').waitFor()
    await page.getByRole('slider', { name: 'Line width' }).press('Home')
    await page.getByText('40 characters').waitFor()
    await page.getByRole('radio', { name: 'Loose' }).press(' ')
    assert.deepEqual(await axeProblems(page), [])
    await page.reload()
    const now = await textStyle()
    assert.deepEqual([now.face, now.size], ['"JetBrains Mono Variable"', 20])
    assert.ok(now.lead / now.size > 2 && before.lead / before.size < 1.9)
    assert.ok(now.width < before.width, `${now.width} px at 40 characters, ${before.width} px at 62`)
    await app.goto('settings')
    await page.getByRole('button', { name: 'Reset the reading text' }).click()
    assert.deepEqual(await textStyle(), before)
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  test('marks lose their colour but not their lines, and margin notes are hidden where one wishes', async () => {
    await app.goto('settings')
    const struck = page.locator('.set-sample del')
    const look = () =>
      struck.evaluate((mark) => {
        const { backgroundColor, textDecorationLine } = getComputedStyle(mark)
        return [backgroundColor, textDecorationLine]
      })
    const [tint] = await look()
    await page.getByRole('radio', { name: 'No colour, marks only' }).press(' ')
    const [none, line] = await look()
    assert.notEqual(none, tint)
    assert.deepEqual([none, line], ['rgba(0, 0, 0, 0)', 'line-through'])
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      assert.deepEqual(await axeProblems(page), [])
    }
    await app.goto('annotate')
    await page.locator('.cm-content').press('Control+End')
    await page.keyboard.type('x')
    const notes = page.getByRole('region', { name: 'Changes' })
    await notes.getByRole('button').first().waitFor()
    await app.goto('settings')
    await page.getByRole('switch', { name: 'Show', exact: true }).press(' ')
    await app.goto('annotate')
    await page.locator('.cm-content').waitFor()
    await notes.waitFor({ state: 'hidden' })
    await page.locator('.meter .told', { hasText: '1 change' }).waitFor()
    await page.locator('.cm-content').press('Control+End')
    await page.keyboard.press('Alt+z')
    await page.getByText('0 changes').waitFor()
  })

  test('more contrast and less motion act at once', async () => {
    await app.goto('settings')
    const token = (name: string) =>
      page.evaluate((key) => getComputedStyle(document.documentElement).getPropertyValue(key), name)
    const line = await token('--line')
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    assert.ok(parseFloat(await token('--settle')) > 0)
    await page.getByRole('switch', { name: 'Reduce' }).press(' ')
    await page.getByRole('switch', { name: 'More' }).press(' ')
    assert.equal(parseFloat(await token('--settle')), 0)
    assert.notEqual(await token('--line'), line)
    assert.deepEqual(await axeProblems(page), [])
    await page.emulateMedia({ reducedMotion: 'reduce' })
  })

  test('kinds of changes are added, renamed, reordered and removed in Settings, and the guidelines stay', async () => {
    const kinds = async () => (await app.host.annotate.guidelines({ project: app.project })).kinds
    const until = async (wanted: string[]) => {
      for (let tries = 0; String(await kinds()) !== String(wanted) && tries < 50; tries++)
        await page.waitForTimeout(100)
      assert.deepEqual(await kinds(), wanted)
    }
    await app.host.annotate.saveGuidelines({
      project: app.project,
      guidelines: { text: 'Be brief.', kinds: [] },
    })
    await app.goto('settings', { section: 'annotating' })
    const added = page.getByRole('textbox', { name: 'New kind' })
    for (const [i, kind] of ['Fact', 'Tone', 'Length'].entries()) {
      await added.fill(kind)
      await added.press('Enter')
      await until(['Fact', 'Tone', 'Length'].slice(0, i + 1))
    }
    await added.fill('Tone')
    await page.getByText('“Tone” is there twice.').waitFor()
    await added.fill('')
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('textbox', { name: 'Name of Tone' }).fill('Style')
    await page.getByRole('textbox', { name: 'Name of Tone' }).press('Enter')
    await until(['Fact', 'Style', 'Length'])
    await page.getByRole('button', { name: 'Move Length up' }).press('Enter')
    await until(['Fact', 'Length', 'Style'])
    await page.getByRole('button', { name: 'Remove Fact' }).press('Enter')
    await until(['Length', 'Style'])
    assert.equal((await app.host.annotate.guidelines({ project: app.project })).text, 'Be brief.')
    await app.goto('annotate')
    await page.locator('.an-kinds').getByText('Length').waitFor()
  })

  test('settings are found by words, and sections by their names', async () => {
    await app.goto('settings')
    await sectionNamed('About').press('Enter')
    await page.getByRole('button', { name: 'Reset all settings…' }).waitFor()
    await page.waitForURL(/section=about/)
    await page.locator('#main').click({ position: { x: 300, y: 20 } })
    await page.keyboard.press('/')
    await page.keyboard.type('backup')
    await sectionNamed('About').waitFor({ state: 'detached' })
    await page.getByText('/backups').waitFor()
    assert.equal(await page.locator('.set-group').count(), 1)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('nowhere')
    await page.getByText('No setting matches.').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await sectionNamed('About').waitFor()
  })

  test('all settings go back to their defaults after a question, but the name stays', async () => {
    await app.goto('settings')
    const name = page.getByRole('combobox', { name: 'Name' })
    await name.fill('ada')
    await name.press('Tab')
    await page.getByRole('button', { name: 'Reset all settings…' }).click()
    await page.getByRole('button', { name: 'Keep them' }).click()
    const marks = () => page.evaluate(() => Object.keys(document.documentElement.dataset).sort().join(' '))
    assert.equal(await marks(), 'contrast marginNotes marks motion')
    await page.getByRole('button', { name: 'Reset all settings…' }).click()
    await page.getByRole('button', { name: 'Reset all settings', exact: true }).click()
    assert.equal(await marks(), '')
    assert.equal(await name.inputValue(), 'ada')
    await page.reload()
    assert.equal(await name.inputValue(), 'ada')
  })
})
