/** The view Data: as many rows as are in sight, several files at once, filters, selection, and all of it by keyboard. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Locator } from 'playwright'
import { type App, openApp } from './app.ts'
import { axeProblems } from './axe.ts'
import { widerThanWindow } from './reach.ts'

describe('Data', () => {
  let app: App
  before(async () => {
    app = await openApp()
    await app.makeSample()
  })
  after(() => app.close())

  const rows = () => app.page.locator('.item-row')
  const chooseFiles = (files: string[]) => app.page.getByLabel('Files to import').setInputFiles(files)
  const write = (name: string, content: string) => {
    const file = path.join(app.folder, name)
    writeFileSync(file, content)
    return file
  }

  for (const width of [640, 736, 960, 961, 1280, 2560]) {
    test(`at ${width} pixels only the rows in sight are drawn, and the last one is whole`, async () => {
      const { page } = app
      await page.setViewportSize({ width, height: width < 700 ? 480 : 800 })
      await app.goto('data')
      await rows().first().waitFor()
      assert.ok((await rows().count()) <= 100, `${await rows().count()} rows`)
      assert.equal(await widerThanWindow(page), 0)
      await page.getByRole('region', { name: 'Items' }).evaluate((region) => {
        region.scrollTop = region.scrollHeight
      })
      await page.locator('[aria-rowindex="4401"] .opens').waitFor()
      assert.ok((await rows().count()) <= 100)
      const overlap = await page.locator('[aria-rowindex="4401"]').evaluate((row) => {
        const region = row.closest('section')!.getBoundingClientRect()
        return row.getBoundingClientRect().bottom - Math.min(region.bottom, window.innerHeight)
      })
      assert.ok(overlap < 1, `the last row is cut by ${overlap} pixels`)
      await page.setViewportSize({ width: 1280, height: 800 })
    })
  }

  test('the heads stand above their cells, and nothing but the table scrolls', async () => {
    const { page } = app
    await app.goto('data')
    await rows().first().waitFor()
    const edges = (cells: Locator) =>
      cells.evaluateAll((cells) => cells.map((cell) => Math.round(cell.getBoundingClientRect().left)))
    assert.deepEqual(await edges(page.locator('.item-table th')), await edges(rows().first().locator('td')))
    const scrolling = await page.locator('#main *').evaluateAll((elements) =>
      elements
        .filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowY))
        .filter((element) => element.scrollHeight > element.clientHeight + 1)
        .map((element) => element.getAttribute('aria-label') ?? element.className),
    )
    assert.deepEqual(scrolling, ['Items'])
  })

  test('several files are imported at once; a JSONL file with its own names is mapped, without an error', async () => {
    const { page } = app
    await app.goto('data')
    const known = write('known.jsonl', JSON.stringify({ prompt: 'A walrus?', rejected: 'No walrus.' }))
    const lines = ['one', 'two'].map((n) => JSON.stringify({ alpha: `Walrus ${n}?`, beta: `Walrus ${n}.` }))
    const own = write('own-names.jsonl', lines.join('\n'))
    await chooseFiles([known, own])
    const dialog = page.getByRole('dialog')
    await dialog.getByText('ready', { exact: true }).waitFor()
    await dialog.getByRole('button', { name: /own-names\.jsonl/ }).click()
    await dialog.getByText('Which column is which?').waitFor()
    assert.equal(await dialog.getByRole('alert').count(), 0)
    assert.ok(!(await dialog.innerText()).includes('stet-uploads'))
    assert.deepEqual(await axeProblems(page), [])
    await dialog.getByLabel('Prompt', { exact: true }).selectOption('alpha')
    await dialog.getByLabel('Response to edit').selectOption('beta')
    await dialog.getByText('ready', { exact: true }).nth(1).waitFor()
    await dialog.getByRole('button', { name: 'Import 2 of 2 files' }).click()
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('searchbox', { name: 'Search items' }).fill('walrus')
    await page.getByText('3 shown').waitFor()
    const { datasets } = await app.host.projects.overview({ project: app.project })
    assert.ok(datasets.some(({ name, items }) => name === 'own-names.jsonl' && items === 2))
  })

  test('rows of one text by three annotators become one item, as preview and report say, which Review compares', async () => {
    const { page } = app
    await app.goto('data')
    const row = (annotator: string, edited: string) =>
      JSON.stringify({
        id: `otter-${annotator}`,
        prompt: 'An otter?',
        rejected: 'No otter there.',
        edited,
        annotator,
      })
    const others = ['One otter.', 'Some otter.', 'Otters.'].map((edited, i) => row(`W${i + 1}`, edited))
    await chooseFiles([write('three.jsonl', others.join('\n'))])
    const dialog = page.getByRole('dialog')
    await dialog.getByText('3 rows, 1 item, 3 annotators.').waitFor()
    await dialog.getByText('plain rows (prompt, rejected and edited; also context and chosen)').waitFor()
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('Imported 3 rows, 1 item, 3 annotators. Dataset: "three.jsonl".').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('searchbox', { name: 'Search items' }).fill('otter-W2')
    await page.getByText('1 shown').waitFor()
    await rows().first().click()
    const pane = page.getByRole('complementary', { name: 'Item' })
    for (const annotator of ['W1', 'W2', 'W3'])
      await pane.getByText(`Edited by ${annotator}`, { exact: true }).waitFor()
    const { project } = app
    const { items } = await app.host.annotate.agreement({ project, first: 'W1', second: 'W3' })
    assert.equal(items.length, 1)
    await page.keyboard.press('Escape')
  })

  test('right-to-left text begins at the right in the table, its preview and the item pane', async () => {
    const { page } = app
    await app.goto('data')
    const texts = { prompt: 'ما هذا؟', context: 'سياق قصير', rejected: 'هذا كتاب جديد', chosen: 'هذا كتاب' }
    await chooseFiles([write('arabic.jsonl', JSON.stringify(texts))])
    const dialog = page.getByRole('dialog')
    const directionOf = (part: Locator) => part.evaluate((element) => getComputedStyle(element).direction)
    await dialog.getByRole('cell', { name: texts.prompt }).waitFor()
    for (const text of Object.values(texts))
      assert.equal(
        await directionOf(dialog.getByText(text, { exact: true })),
        'rtl',
        `${text} in the preview`,
      )
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('searchbox', { name: 'Search items' }).fill('كتاب')
    await page.getByText('1 shown').waitFor()
    for (const text of [texts.prompt, texts.rejected])
      assert.equal(await directionOf(rows().getByText(text, { exact: true })), 'rtl', `${text} in the table`)
    await rows().first().click()
    const pane = page.getByRole('complementary', { name: 'Item' })
    await pane.getByText('Context', { exact: true }).click()
    for (const text of Object.values(texts))
      assert.equal(await directionOf(pane.getByText(text, { exact: true })), 'rtl', `${text} in the pane`)
    await page.keyboard.press('Escape')
  })

  test('an unknown dataset is named as such in its filter', async () => {
    const { page } = app
    await app.goto('data', { dataset: 'dataset_none' })
    await page.getByText('There is no dataset “dataset_none” in this project.').waitFor()
    assert.match(await page.getByRole('combobox', { name: 'Dataset' }).innerText(), /Unknown dataset/)
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Show all datasets' }).click()
    await rows().first().waitFor()
  })

  test('filters become chips that remove them, and heads sort', async () => {
    const { page } = app
    await app.goto('data')
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Held out' }).click()
    await page.keyboard.press('Escape')
    await page.getByText(/^[0-9]+ shown$/).waitFor()
    await page.getByRole('button', { name: 'Remove the filter: Held out set' }).click()
    await page.getByText(/ of 40[0-9] edited · /).waitFor()
    await page.getByRole('button', { name: 'Edit ratio' }).click()
    await page.waitForURL(/sort=ratio&order=descending/)
    const ratios = async () => (await page.locator('.item-row .r').allInnerTexts()).slice(0, 8).map(Number)
    await page.waitForFunction(() => Number(document.querySelector('.item-row .r')?.textContent) > 0)
    const first = await ratios()
    assert.deepEqual(
      first,
      first.toSorted((a, b) => b - a),
    )
    assert.ok(first[0]! > 0)
  })

  test('an item without a response to edit has the same state in the table and beside it', async () => {
    const { page } = app
    await app.goto('data')
    const row = rows().filter({ hasText: 'Reference' }).first()
    await row.locator('.opens').click()
    const pane = page.getByRole('complementary', { name: 'Item' })
    await pane.getByText('Preferred response').waitFor()
    assert.equal((await pane.getByRole('heading').first().innerText()).trim(), 'Reference')
  })

  test('rows are opened, selected and taken to Annotate by keyboard', async () => {
    const { page } = app
    await app.goto('data', { sort: 'ratio', order: 'descending' })
    await rows().first().waitFor()
    await page.keyboard.press('j')
    await page
      .getByRole('complementary', { name: 'Item' })
      .getByRole('button', { name: 'Edit again' })
      .waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('x')
    await page.keyboard.press('Shift+ArrowDown')
    const bar = page.getByRole('toolbar', { name: 'Selected items' })
    await bar.getByText('2 selected').waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Escape')
    await bar.waitFor({ state: 'detached' })
    const item = new URL(page.url().replace('#/', '')).searchParams.get('item')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/annotate/)
    assert.ok(page.url().includes(item!))
  })

  test('all matches are selected at once and removed, but for those that people have worked on', async () => {
    const { page } = app
    await app.goto('data', { q: 'walrus' })
    await page.getByText('3 shown').waitFor()
    await page.getByRole('checkbox', { name: 'Select all items' }).click()
    await page.getByText('3 selected').waitFor()
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove 3 items' }).click()
    await page.getByText('Removed 3 items.').waitFor()
    await page.getByRole('heading', { name: 'No item matches “walrus”' }).waitFor()
  })

  test('a dataset is renamed and removed', async () => {
    const { page } = app
    await app.goto('data')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Rename or remove datasets…' }).click()
    await page.getByRole('textbox', { name: 'Name of own-names.jsonl' }).fill('Walruses')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove Walruses…' }).click()
    await page.getByRole('button', { name: 'Remove the dataset' }).click()
    await page.getByText('The dataset Walruses is gone.').waitFor()
    const { datasets } = await app.host.projects.overview({ project: app.project })
    assert.ok(!datasets.some(({ name }) => name === 'Walruses'))
  })

  test('Escape empties a search and then leaves it, Enter goes to the list', async () => {
    const { page } = app
    await page.reload()
    const search = page.getByRole('searchbox', { name: 'Search items' })
    const hasFocus = () => search.evaluate((field) => field === document.activeElement)
    await rows().first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('ferry')
    assert.equal(await search.inputValue(), 'ferry')
    await page.keyboard.press('Escape')
    assert.equal(await search.inputValue(), '')
    assert.equal(await hasFocus(), true)
    await page.keyboard.press('Escape')
    assert.equal(await hasFocus(), false)
    await page.keyboard.press('/')
    await page.keyboard.press('Enter')
    assert.equal(await hasFocus(), false)
    await page.keyboard.press('j')
    await page.locator('[aria-current], .item-row[aria-selected]').first().waitFor()
    assert.equal(await search.inputValue(), '')
  })
})
