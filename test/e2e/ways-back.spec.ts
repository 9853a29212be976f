/** Whatever an address names, and whenever the host goes: each view says what is wrong, once, with a way back. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { views } from '../../electron/contract/views.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

describe('ways back', async () => {
  const app = await openApp()
  after(() => app.close())
  await app.makeSample()
  const { page } = app
  const { hash } = new URL(page.url())
  const inProject = (rest: string) => hash.replace(/\/data.*$/, `/${rest}`)
  const goto = (place: string) => page.goto(`${new URL(app.url).origin}/${place}`)
  /** Without a request to the host. */
  const inPage = (place: string) => page.evaluate((hash) => location.assign(hash), place)
  const noRouterPage = async () => {
    const text = await page.locator('#main').innerText()
    assert.doesNotMatch(text, /Something went wrong|Show Error|^Not Found$|stet runs|stet init/m)
  }

  test('an unknown address says so and leads back', async () => {
    await goto(inProject('nowhere'))
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
    await noRouterPage()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Open the project' }).click()
    await page.locator('.item-row').first().waitFor()
    await goto('#/nowhere/at/all')
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
    await page.getByRole('button', { name: 'All projects' }).click()
    await page.waitForURL(/#\/$/)
  })

  test('an unknown project is reported once, in every view', async () => {
    for (const { path } of views) {
      await goto(`#/p/%2Fno%2Fsuch.stet/${path}`)
      await page.getByRole('heading', { name: 'This project is not there' }).waitFor()
      await noRouterPage()
      assert.equal(await page.getByRole('alert').count(), 1, path)
    }
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'All projects' }).click()
    await page.waitForURL(/#\/$/)
  })

  test('a damaged project shows its copies, and is recovered by one button', async () => {
    const folder = path.join(app.folder, 'damaged.stet')
    mkdirSync(path.join(folder, 'backups'), { recursive: true })
    const db = new Database(path.join(app.project, 'lab.db'), { readonly: true })
    await db.backup(path.join(folder, 'lab.db'))
    db.close()
    copyFileSync(path.join(folder, 'lab.db'), path.join(folder, 'backups', 'lab-2026-11-01T09-30-00-000Z.db'))
    const bytes = readFileSync(path.join(folder, 'lab.db'))
    writeFileSync(path.join(folder, 'lab.db'), bytes.fill(0, bytes.length / 2, bytes.length / 2 + 8192))
    await goto('#/')
    await page.getByRole('button', { name: /Open a folder/ }).click()
    await page.getByRole('textbox', { name: 'Project folder' }).fill(folder)
    await page.getByRole('button', { name: 'Open the project' }).click()
    await page.getByRole('heading', { name: 'This project’s database is damaged' }).waitFor()
    await page.getByRole('row', { name: /2026.*4,400.*400.*Whole/ }).waitFor()
    await noRouterPage()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Recover the project' }).click()
    await page.getByRole('heading', { name: 'The project is recovered' }).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    assert.equal(readdirSync(path.join(folder, 'damaged')).length, 1)
    await page.getByRole('button', { name: 'Open the project' }).click()
    await page.locator('.item-row').first().waitFor()
  })

  for (const [place, title, way] of [
    ['annotate?item=item_gone', 'This item is not in the project', 'Show the queue'],
    ['runs?run=run_gone', 'This run is not in the project', 'All runs'],
    ['runs?new=sft&like=run_gone', 'This run is not in the project', 'Start from the defaults'],
    ['judge?evaluation=eval_gone', 'This evaluation is not in the project', 'All evaluations'],
    ['judge?blind=eval_gone', 'This blind comparison is not in the project', 'All evaluations'],
  ] as const) {
    test(`a link to what was deleted says so and leads back: ${place}`, async () => {
      await goto(inProject(place))
      await page.getByRole('heading', { name: title }).waitFor()
      await noRouterPage()
      assert.deepEqual(await axeProblems(page), [])
      await page.getByRole('button', { name: way, exact: true }).click()
      await page.getByRole('heading', { name: title }).waitFor({ state: 'detached' })
      assert.doesNotMatch(page.url(), /gone/)
    })
  }

  for (const [place, sentence, way] of [
    ['data?dataset=gone', 'There is no dataset “gone” in this project.', 'Show all datasets'],
    ['annotate?dataset=gone', 'There is no dataset “gone” in this project.', 'Show all datasets'],
    [
      'annotate?order=disagreement&reward=gone',
      'There is no reward model “gone” in this project.',
      'Show the newest',
    ],
  ] as const) {
    test(`a link with a removed name says so and leads back: ${place}`, async () => {
      await goto(inProject(place))
      await page.getByText(sentence).waitFor()
      assert.deepEqual(await axeProblems(page), [])
      await page.getByRole('button', { name: way }).click()
      await page.getByText(sentence).waitFor({ state: 'detached' })
      assert.doesNotMatch(page.url(), /gone/)
    })
  }

  test('a search without hits says so, and items that load are not "0 items"', async () => {
    const seen: string[] = []
    await page.exposeFunction('seen', (text: string) => void seen.push(text))
    await page.addInitScript(() => {
      const report = Reflect.get(window, 'seen') as (text: string) => void
      new MutationObserver(() => {
        const status = document.querySelector('.bar .num')
        if (status) report(status.textContent ?? '')
      }).observe(document, { subtree: true, childList: true, characterData: true })
    })
    await goto(inProject('data'))
    await page.reload()
    await page
      .locator('.bar')
      .getByText(/^[\d,]+ items$/)
      .waitFor()
    assert.ok(seen.length > 0)
    assert.deepEqual(
      seen.filter((text) => text === '0 items'),
      [],
    )
    await page.getByLabel('Search items').fill('zyzzyva')
    await page.getByRole('heading', { name: 'No item matches “zyzzyva”' }).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Show all items' }).click()
    await page.locator('.item-row').nth(1).waitFor()
    assert.equal(await page.getByLabel('Search items').inputValue(), '')
  })

  test('with the host down every view opens, says what is missing, and loads when it is back', async () => {
    await goto(inProject('data'))
    await page.locator('.item-row').nth(1).waitFor()
    // The code of the other views is loaded once the page is idle.
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(3000)
    await app.stopHost('crash')
    await page.getByText(/The host has not been reachable since/).waitFor()
    for (const { path } of views) {
      await inPage(inProject(path))
      await page.locator('.rail [aria-current=page]', { hasText: new RegExp(path, 'i') }).waitFor()
      await page.waitForTimeout(300)
      await noRouterPage()
      assert.ok(await page.getByText(/The host has not been reachable/).count())
    }
    await inPage(inProject('runs'))
    await app.startHost()
    await page
      .getByText(/The host has not been reachable/)
      .first()
      .waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
    await inPage(inProject('annotate'))
    await page.locator('.cm-content').waitFor()
  })

  test('a view whose code cannot be loaded says so, and loads once the host is back', async () => {
    await goto(inProject('settings'))
    await page.reload()
    await page.getByRole('heading', { name: 'Settings' }).first().waitFor()
    await page.route(/judge-view/, (route) => route.abort())
    app.allow(/judge-view|Failed to load resource|dynamically imported/)
    await inPage(inProject('judge'))
    await page.getByRole('heading', { name: 'This view could not be loaded' }).waitFor()
    await noRouterPage()
    assert.deepEqual(await axeProblems(page), [])
    await page.unroute(/judge-view/)
    await app.restartHost('crash')
    await page.getByRole('heading', { name: 'Judge', exact: true }).waitFor()
  })

  test('a name that is taken is reported in the form, which keeps its settings', async () => {
    const { project } = app
    const config = { epochs: 1, batchSize: 32, maxQueryTokens: 64, maxResponseTokens: 64 }
    const { id } = await app.host.work.start({
      verb: 'train sft',
      input: { project, model: 'world', name: 'taken', config },
    })
    await goto(`${inProject('runs')}?new=sft`)
    await page.getByRole('combobox', { name: 'Start from' }).click()
    await page.getByRole('option', { name: /^Sample world/ }).click()
    const name = page.getByRole('textbox', { name: 'Name', exact: true })
    await name.fill('taken')
    await page.getByRole('textbox', { name: 'Epochs' }).fill('7')
    const start = page.getByRole('button', { name: /^Start/ })
    await start.click()
    await page
      .getByRole('alert')
      .filter({ hasText: /“?"?taken"? ?.*Choose another name/ })
      .first()
      .waitFor()
    assert.equal(await page.getByRole('textbox', { name: 'Epochs' }).inputValue(), '7')
    for await (const _ of await app.host.work.watch({ id }));
    await start.click()
    // At the field, and once the form has been checked again also beside the button.
    await page.getByRole('alert').filter({ hasText: 'already has a model "taken"' }).first().waitFor()
    assert.equal(await name.inputValue(), 'taken')
    assert.equal(await page.getByRole('textbox', { name: 'Epochs' }).inputValue(), '7')
  })

  test('a small model answers in the chat, within its context', async () => {
    await goto(`${inProject('models')}?chat=1`)
    await page.getByLabel('Prompt').fill('what is the fare?')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page
      .getByText(/tokens? · (.* · )?(finished|cut off)/)
      .first()
      .waitFor({ timeout: 60_000 })
    assert.deepEqual(await page.locator('.chat [role=alert]').allInnerTexts(), [])
    await goto(`${inProject('models')}?chat=1&left=gone`)
    await page.getByText('There is no language model “gone” in this project.').waitFor()
    await page.getByRole('button', { name: 'Choose another' }).click()
    await page.getByText('There is no language model').waitFor({ state: 'detached' })
  })
})
