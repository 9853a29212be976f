/** What the user writes is saved, whatever happens: the host goes, the page reloads, a second tab, a save that fails. */
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import type { Page } from 'playwright'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

describe('nothing is lost', async () => {
  const app = await openApp()
  after(() => app.close())
  await app.makeSample()
  // Leaving a page with unsaved work asks; the tests leave.
  app.page.context().on('dialog', (dialog) => void dialog.accept().catch(() => {}))

  const { project } = app
  const { ids } = await app.host.annotate.queue({ project, annotator: 'me', order: 'all' })
  let next = 0
  const freshItem = () => ids[next++]!
  const stored = async (id: string) =>
    (await app.host.annotate.open({ project, annotator: 'me', id })).annotation
  const until = async (what: string, isTrue: () => Promise<boolean>) => {
    for (const startedAt = Date.now(); !(await isTrue()); ) {
      assert.ok(Date.now() - startedAt < 15_000, `not within 15 s: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const textStored = (id: string, text: string) =>
    until(`“${text}” is stored`, async () => (await stored(id))?.edited.includes(text) ?? false)
  const openItem = async (id: string, page = app.page) => {
    const address = `${new URL(app.url).origin}/#/p/${encodeURIComponent(project)}/annotate?order=all&item=${id}`
    await page.goto(address)
    await page.locator('.cm-content:focus').waitFor()
    await page.keyboard.press('Control+End')
  }
  const state = (text: string, page = app.page) =>
    page.locator('.an-sheet .badge', { hasText: text }).waitFor()
  const editorText = (page: Page) => page.locator('.cm-content').innerText()

  test('an edit that is marked as done while the host is down is saved when it is back, without any help', async () => {
    const { page } = app
    const id = freshItem()
    await openItem(id)
    await app.stopHost('crash')
    await page.getByText(/The host has not been reachable since \d\d:\d\d/).waitFor()
    await page.keyboard.type(' lost and found')
    await page.keyboard.press('Control+Enter')
    await page.getByText(/Not saved: 1 edit, since \d\d:\d\d\. Kept in this browser/).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await app.startHost()
    await textStored(id, 'lost and found')
    assert.equal((await stored(id))?.state, 'done')
    await page.getByText('The host has not been reachable').waitFor({ state: 'detached' })
    await page.getByText(/^Saved \d/).waitFor()
  })

  test('an edit made while the host is down survives its window: another one takes it over', async () => {
    const id = freshItem()
    const other = await app.page.context().newPage()
    await openItem(id, other)
    await app.stopHost('crash')
    await other.keyboard.type(' after its window')
    await other.waitForTimeout(200)
    await other.close()
    await app.startHost()
    await textStored(id, ' after its window')
  })

  test('a reload at once after a key loses nothing', async () => {
    const { page } = app
    const id = freshItem()
    await openItem(id)
    await page.keyboard.type(' quick')
    await page.reload()
    await page.locator('ins.added').first().waitFor()
    assert.match(await editorText(page), / quick/)
    await textStored(id, ' quick')
  })

  test('a window that is closed at once after a key loses nothing, nor is anything asked', async () => {
    const id = freshItem()
    const other = await app.page.context().newPage()
    await openItem(id, other)
    await other.keyboard.type(' and closed')
    await other.close({ runBeforeUnload: true })
    await textStored(id, ' and closed')
  })

  test('a second tab shows what the first has written, and two edits of one text are never merged silently', async () => {
    const { page } = app
    const id = freshItem()
    // In windows that are loaded from now on the host's answers can be slow.
    let isSlow = false
    await page.context().routeWebSocket(/./, (socket) => {
      socket
        .connectToServer()
        .onMessage((message) => void setTimeout(() => socket.send(message), isSlow ? 1000 : 0))
    })
    await page.reload()
    await openItem(id)
    const other = await page.context().newPage()
    await openItem(id, other)
    await page.bringToFront()
    await page.keyboard.type(' first')
    await textStored(id, ' first')
    await other.getByText('newest version, from another window').waitFor()
    await until('the second tab has the text', async () => / first/.test(await editorText(other)))

    // Both write before either hears of the other.
    await app.stopHost('crash')
    await page.keyboard.type(' here')
    await other.locator('.cm-content').click()
    await other.keyboard.press('Control+End')
    await other.keyboard.type(' there')
    await app.startHost()
    const [loser, winner] = await Promise.any(
      [
        [page, other],
        [other, page],
      ].map(async ([one, two]) => {
        await one!.getByRole('region', { name: 'Two versions' }).waitFor()
        return [one!, two!] as const
      }),
    )
    const lost = loser === page ? ' here' : ' there'
    const kept = loser === page ? ' there' : ' here'
    assert.ok((await stored(id))?.edited.endsWith(kept))
    assert.deepEqual(await axeProblems(loser), [])
    await loser.getByRole('button', { name: 'Keep this window’s' }).click()
    await textStored(id, lost)
    await until('the other tab follows', async () => (await editorText(winner)).includes(lost))
    const { annotations } = await app.host.data.get({ project, id })
    assert.ok(
      annotations.some(({ edited }) => edited.endsWith(kept)),
      'the other version is in the history',
    )

    await app.stopHost('crash')
    await winner.locator('.cm-content').click()
    await winner.keyboard.press('Control+End')
    await winner.keyboard.type(' left')
    await loser.locator('.cm-content').click()
    await loser.keyboard.press('Control+End')
    await loser.keyboard.type(' right')
    await app.startHost()
    const choosing = await Promise.any(
      [winner, loser].map(async (each) => {
        await each.getByRole('region', { name: 'Two versions' }).waitFor()
        return each
      }),
    )
    const taken = choosing === winner ? ' right' : ' left'
    isSlow = true
    await choosing.getByRole('button', { name: 'Take the other' }).click()
    await choosing.getByRole('region', { name: 'Two versions' }).waitFor({ state: 'detached' })
    assert.ok((await stored(id))!.edited.endsWith(taken), 'the question is open until the choice is stored')
    await until('the text that was taken is shown', async () => (await editorText(choosing)).endsWith(taken))
    isSlow = false
    await other.close()
  })

  test('a save that fails is reported with its reason and since when, kept, and tried again', async () => {
    const { page } = app
    const id = freshItem()
    await openItem(id)
    const blocker = new Database(path.join(project, 'lab.db'))
    blocker.exec('BEGIN IMMEDIATE')
    await page.keyboard.type(' patient')
    await page
      .getByRole('alert')
      .filter({ hasText: /Not saved: 1 edit, since \d\d:\d\d\. .*lab\.db/ })
      .waitFor()
    await page
      .locator('.status')
      .getByText(/^Not saved: 1 edit, since \d\d:\d\d$/)
      .waitFor()
    assert.deepEqual(await axeProblems(page), [])
    blocker.exec('ROLLBACK')
    blocker.close()
    await textStored(id, ' patient')
    await page.getByText(/^Saved \d/).waitFor()
  })

  test('an edit whose project was moved away stays unsaved with the reason, and is saved once it is back', async () => {
    const { page } = app
    const id = freshItem()
    await openItem(id)
    renameSync(project, `${project}-moved`)
    await page.keyboard.type(' unmoved')
    await page
      .getByRole('alert')
      .filter({
        hasText: /Not saved: 1 edit, since \d\d:\d\d\. .*moved, renamed or deleted while it was open/,
      })
      .waitFor()
    assert.deepEqual(await axeProblems(page), [])
    renameSync(`${project}-moved`, project)
    await textStored(id, ' unmoved')
    await page.getByText(/^Saved \d/).waitFor()
  })

  test('a note is saved however the item is left, and shown on return', async () => {
    const { page } = app
    const [first, second] = [freshItem(), freshItem()]
    const note = async (id: string) => (await app.host.annotate.open({ project, annotator: 'me', id })).note
    await openItem(first)
    await page.keyboard.type(' more')
    await page.keyboard.press('Alt+n')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.type('by Ctrl Enter')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL((url) => url.href.includes(second))
    await page.locator('.cm-content:focus').waitFor()
    await page.keyboard.press('Alt+n')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.type('by Alt K')
    await page.keyboard.press('Alt+k')
    await page.waitForURL((url) => url.href.includes(first))
    await until(
      'the notes are stored',
      async () => (await note(first)) === 'by Ctrl Enter' && (await note(second)) === 'by Alt K',
    )
    assert.equal(await page.locator('.item-panel textarea').inputValue(), 'by Ctrl Enter')
    await page.keyboard.press('Alt+j')
    await page.waitForURL((url) => url.href.includes(second))
    await until(
      'the note is shown',
      async () => (await page.locator('.item-panel textarea').inputValue()) === 'by Alt K',
    )
    for (const addition of [' and again', ' and more']) {
      await page.locator('.cm-content').click()
      await page.locator('.cm-content:focus').waitFor()
      await page.keyboard.press('Alt+n')
      await page.locator('textarea:focus').waitFor()
      await page.keyboard.press('Control+End')
      await page.keyboard.type(addition)
    }
    await until(
      'what was typed after Alt N is in the note, not in the response',
      async () => (await note(second)) === 'by Alt K and again and more',
    )
    assert.ok(!(await page.locator('.cm-content').innerText()).includes('and again'))
  })

  test('a held key decides once, and Done asks if nothing is changed', async () => {
    const { page } = app
    const id = freshItem()
    const following = ids[ids.indexOf(id) + 1]!
    await openItem(id)
    await page.keyboard.press('Control+Enter')
    const question = page.getByRole('dialog', { name: 'Nothing is changed' })
    await question.waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    assert.equal(await stored(id), null)

    await page.locator('.cm-content').click()
    await page.keyboard.type('so ')
    await page.keyboard.down('Control')
    await page.keyboard.down('Enter')
    await page.waitForURL((url) => url.href.includes(following))
    await page.locator('.cm-content:focus').waitFor()
    for (let i = 0; i < 10; i++) await page.keyboard.down('Enter')
    await page.keyboard.up('Control')
    for (let i = 0; i < 10; i++) await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    assert.ok(page.url().includes(following))
    assert.equal(await question.count(), 0)
    assert.equal(await page.locator('ins.added').count(), 0)
    assert.equal(await stored(following), null)
    assert.equal((await stored(id))?.state, 'done')
    next = ids.indexOf(following) + 1
  })

  test('Done and Skip are undone by a key, a flag stays on its item, and all states show on return', async () => {
    const { page } = app
    const id = freshItem()
    await openItem(id)
    await state('To do')
    await page.keyboard.type(' fine')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL((url) => !url.href.includes(id))
    // A report of the test before may still be there.
    await page.getByText('Marked as done', { exact: true }).first().waitFor()
    const place = await page
      .locator('.an-queue-row')
      .evaluateAll((rows) => rows.findIndex((row) => row.ariaCurrent))
    const row = page.locator('.an-queue-row').nth(place - 1)
    await row.getByText(/^1 change · /).waitFor()
    await page.keyboard.press('Alt+u')
    await page.waitForURL((url) => url.href.includes(id))
    await state('Draft')
    await page.locator('.an-queue-row[aria-current]').getByText('Now', { exact: true }).waitFor()
    assert.equal((await stored(id))?.state, 'draft')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL((url) => !url.href.includes(id))
    await page.keyboard.press('Alt+k')
    await page.waitForURL((url) => url.href.includes(id))
    await state('Done')

    await page.keyboard.press('Alt+f')
    await state('Flagged')
    assert.ok(page.url().includes(id), 'a flag does not leave the item')
    await page.keyboard.press('Alt+u')
    await state('Done')
    await page.keyboard.press('Alt+f')
    await state('Flagged')
    await page.locator('.cm-content').click()
    await page.keyboard.type('yet ')
    await textStored(id, 'yet ')
    assert.equal((await stored(id))?.state, 'flagged')

    await page.keyboard.press('Alt+s')
    await page.getByText('Skipped', { exact: true }).first().waitFor()
    await page.waitForURL((url) => !url.href.includes(id))
    await page.keyboard.press('Alt+k')
    await state('Skipped')
    assert.deepEqual(await axeProblems(page), [])
    await page.locator('.cm-content').blur()
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.waitForURL(/\/data/)
  })
})
