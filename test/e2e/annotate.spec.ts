/** Annotate: the sheet with its margin, what is read beside it, and texts of all kinds. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import type { Locator } from 'playwright'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

const parcel = {
  prompt: 'My parcel was due on Tuesday. Where is it?',
  context: 'Order: 48-2207, sent 12 March\nCharge: £4.95',
  chosen: 'Your parcel was last scanned at our Leeds depot.',
  rejected:
    'Thanks for getting in touch. Parcels do go missing from time to time. Your parcel is very likely in Leeds.\n\n' +
    'You may be able to claim the charge back at some point. There is nothing you need to do.',
}
const fridge = {
  prompt: [
    { role: 'user', content: 'Hello, who are you? '.repeat(40) },
    { role: 'assistant', content: 'I am the help desk of the company. '.repeat(60) },
    { role: 'user', content: 'Can I take the fridge back?' },
  ],
  rejected: 'Yes you can, probably, within thirty days.',
}
const arabic = { prompt: 'كيف حالك؟', rejected: 'أنا بخير شكرا لك. يبدأ هذا السطر من اليمين.' }
const windows = { prompt: 'Two lines?', rejected: 'First line. Second line.' }
const chinese = { prompt: '明天去哪里？', rejected: '我们明天去北京看朋友。天气很好。' }
const drafty = {
  prompt: 'Which words?',
  rejected: 'We utilise it now. They utilise it often; it was utilised. I suppose it is fine.',
}
const tides = { prompt: 'And the tides?', rejected: 'The tide comes in, and it goes out. '.repeat(200) }
const long = { prompt: 'Tell me everything.', rejected: 'And so they say, again and again. '.repeat(200) }

/** Whether the whole of it is in the window, and nothing lies over its middle. */
function isInSight(part: Locator): Promise<boolean> {
  return part.evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const isInWindow = left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    return isInWindow && over !== null && element.contains(over)
  })
}

describe('annotating', async () => {
  const app = await openApp({ viewport: { width: 1440, height: 900 } })
  after(() => app.close())
  const { folder: project } = await app.host.projects.create({ name: 'desk' })
  app.project = project
  const file = path.join(app.folder, 'help desk.jsonl')
  const items = { parcel, fridge, arabic, windows, chinese, long, drafty, tides }
  writeFileSync(
    file,
    Object.values(items)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  )
  const { id: work } = await app.host.work.start({ verb: 'import', input: { project, files: [file] } })
  for await (const _ of await app.host.work.watch({ id: work }));
  const { ids } = await app.host.annotate.queue({ project, annotator: 'me', order: 'all' })
  const idOf = (name: keyof typeof items) => ids[Object.keys(items).indexOf(name)]!

  const { page } = app
  const open = async (name: keyof typeof items) => {
    await app.goto('annotate', { order: 'all', item: idOf(name) })
    await page.locator('.cm-content:focus').waitFor()
  }
  /** Selects a stretch of the text with the keyboard's help of the browser. */
  const select = (text: string) =>
    page.locator('.cm-content').evaluate((content, wanted) => {
      const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.textContent?.indexOf(wanted) ?? -1
        if (at < 0 || node.parentElement?.closest('del')) continue
        getSelection()?.setBaseAndExtent(node, at, node, at + wanted.length)
        return
      }
      throw new Error(`“${wanted}” is not in the text.`)
    }, text)
  const replace = async (text: string, by: string) => {
    await select(text)
    await page.waitForTimeout(50)
    await (by === '' ? page.keyboard.press('Delete') : page.keyboard.type(by))
  }
  const until = async (holds: () => Promise<boolean>) => {
    for (const end = Date.now() + 10_000; !(await holds()); ) {
      assert.ok(Date.now() < end, 'It did not happen within 10 s.')
      await page.waitForTimeout(100)
    }
  }
  const texts = (selector: string) => page.locator(selector).allInnerTexts()
  const meter = (text: string) => page.locator('.meter .told', { hasText: text }).waitFor()

  test('each change has a note level with it, and a note’s button puts the change back', async () => {
    await open('parcel')
    await replace('Parcels do go missing from time to time. ', '')
    await replace('may', 'will')
    await replace('able', 'free')
    await meter('3 changes')
    const notes = page.locator('.margin-note')
    await page.waitForFunction(() => document.querySelectorAll('.margin-note').length === 2)
    const levels = await page.evaluate(() => {
      const middle = (element: Element, i: number) => {
        const { top, height } = [...element.getClientRects()].at(i)!
        return top + height / 2
      }
      return [...document.querySelectorAll('.margin-note')].map((note) =>
        Math.min(
          ...[...document.querySelectorAll('.hunk')].map((hunk) =>
            Math.abs(middle(note, 0) - middle(hunk, -1)),
          ),
        ),
      )
    })
    assert.ok(
      levels.every((distance) => distance < 4),
      `distances ${levels}`,
    )
    assert.match((await texts('.margin-note'))[0]!.replaceAll(/\s/g, ''), /^−8$/)
    assert.deepEqual(await axeProblems(page), [])
    await notes.first().getByRole('button').click()
    await meter('2 changes')
    assert.match(await page.locator('.cm-content').innerText(), /Parcels do go missing/)
    await page.locator('.stands', { hasText: 'Parcels do go missing' }).waitFor()
  })

  test('two changes on one line share a note, which puts back the one nearer to the caret', async () => {
    const shared = page.locator('.margin-note', { has: page.locator('button[aria-label*="2 changes"]') })
    await select('There is nothing')
    await page.keyboard.press('ArrowLeft')
    await shared.waitFor()
    assert.match((await shared.innerText()).replaceAll(/\s/g, ''), /^2−2\+2$/)
    await shared.getByRole('button').click()
    await meter('1 change')
    assert.deepEqual(await texts('.cm-content ins'), ['will'])
  })

  test('a click on one struck word puts back this word alone', async () => {
    await replace(' at some point', '')
    await page.locator('.removed-word', { hasText: /^some$/ }).click()
    const text = () =>
      page.locator('.cm-content').evaluate((content) => {
        const copy = content.cloneNode(true) as HTMLElement
        for (const removed of copy.querySelectorAll('del')) removed.remove()
        return copy.textContent
      })
    await page.locator('.stands', { hasText: 'some' }).waitFor()
    assert.match((await text())!, /the charge back some\. There/)
    await page.keyboard.press('Control+z')
    await page.locator('.removed-word', { hasText: /^some$/ }).waitFor()
    assert.match((await text())!, /the charge back\. There/)
  })

  test('what is read beside the response is open at first, and stays as it was left', async () => {
    await page.getByText('48-2207, sent 12 March').waitFor()
    await page.getByText('last scanned at our Leeds depot').waitFor()
    await page.keyboard.press('Alt+c')
    await page.getByText('48-2207, sent 12 March').waitFor({ state: 'detached' })
    await open('fridge')
    await open('parcel')
    assert.equal(await page.getByText('48-2207, sent 12 March').count(), 0)
    await page.keyboard.press('Alt+c')
    await page.getByText('48-2207, sent 12 March').waitFor()
  })

  test('a conversation opens at the last turn of the user', async () => {
    await open('fridge')
    const turn = page.locator('.an-turn', { hasText: 'take the fridge back' })
    await turn.waitFor()
    await page.waitForFunction(() => document.querySelector('.an-copy .scroll')!.scrollTop > 100)
    assert.ok(await turn.evaluate((element) => element.getBoundingClientRect().bottom < innerHeight))
    assert.deepEqual(await texts('.an-turn .label'), ['You', 'Model', 'You'])
  })

  test('right-to-left text begins at the right, in the editor and beside it', async () => {
    await open('arabic')
    for (const selector of ['.cm-line', '.an-copy .read'])
      assert.equal(
        await page
          .locator(selector)
          .first()
          .evaluate((line) => getComputedStyle(line).direction),
        'rtl',
        selector,
      )
  })

  test('Windows line ends are pasted as line ends, and white space can be shown', async () => {
    await open('windows')
    await page.keyboard.press('Control+End')
    await page.evaluate(() => {
      const clipboard = new DataTransfer()
      clipboard.setData('text/plain', ' Third\r\nfourth\tline')
      const paste = new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true })
      document.querySelector('.cm-content')!.dispatchEvent(paste)
    })
    await meter('1 change')
    const edited = async () =>
      (await app.host.annotate.open({ project, annotator: 'me', id: idOf('windows') })).annotation?.edited
    for (const until = Date.now() + 5000; (await edited()) === undefined && Date.now() < until; )
      await page.waitForTimeout(50)
    assert.equal(await edited(), `${windows.rejected} Third\nfourth\tline`)
    await page.keyboard.press('Alt+w')
    await page.locator('.cm-highlightTab').first().waitFor()
    await page.keyboard.press('Alt+w')
    await page.locator('.cm-highlightTab').first().waitFor({ state: 'detached' })
  })

  test('one replaced Chinese word is one struck word', async () => {
    await open('chinese')
    await replace('北京', '上海')
    await meter('1 change')
    assert.deepEqual(await texts('.cm-content del'), ['北京'])
  })

  test('after everything is replaced the caret is in sight', async () => {
    await open('long')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('No.')
    await page.locator('.cm-content del').waitFor()
    await page.waitForTimeout(300)
    const { caret, bottom } = await page.evaluate(() => ({
      caret: getSelection()!.getRangeAt(0).getBoundingClientRect().bottom,
      bottom: document.querySelector('.an-foot')!.getBoundingClientRect().top,
    }))
    assert.ok(caret > 0 && caret <= bottom, `the caret is at ${caret}, the sheet ends at ${bottom}`)
  })

  test('the queue beside the item is searched, filtered by state, and jumped through', async () => {
    await open('parcel')
    const rows = page.locator('.an-queue-row')
    await page.locator('.an-queue-row[aria-current]', { hasText: 'My parcel' }).waitFor()
    await page.getByPlaceholder('No.').fill('3')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.href.includes(idOf('arabic')))
    await page.getByLabel('Search the queue').fill('fridge')
    await page.waitForFunction(() => document.querySelectorAll('.an-queue-row').length === 1)
    await page.locator('.an-copy', { hasText: 'Can I take the fridge back?' }).waitFor()
    await page.getByLabel('Search the queue').fill('')
    await page.waitForFunction(() => document.querySelectorAll('.an-queue-row').length === 8)
    await page.getByRole('combobox', { name: 'State' }).click()
    await page.getByRole('option', { name: 'Draft' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.an-queue-row').length < 8)
    const states = async () => [...new Set(await rows.locator('small').allInnerTexts())].sort()
    await until(async () => JSON.stringify(await states()) === JSON.stringify(['Draft', 'Now']))
    assert.deepEqual(await axeProblems(page), [])
  })

  test('q hides the queue where it is beside the item, and brings it over where there is no room', async () => {
    await open('parcel')
    const queue = page.locator('.an-queue')
    await page.keyboard.press('Alt+q')
    await queue.waitFor({ state: 'detached' })
    await page.keyboard.press('Alt+q')
    await queue.waitFor()
    await page.setViewportSize({ width: 900, height: 700 })
    await queue.waitFor({ state: 'hidden' })
    await page.keyboard.press('Alt+q')
    await queue.waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.locator('.an-queue-row', { hasText: 'fridge' }).click()
    await queue.waitFor({ state: 'hidden' })
    await page.locator('.an-copy', { hasText: 'Can I take the fridge back?' }).waitFor()
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('guidelines are written with a preview, and read beside the item in the queue’s place', async () => {
    await open('parcel')
    await page.keyboard.press('Alt+g')
    const pane = page.getByRole('complementary', { name: 'Guidelines' })
    await pane.getByText('No guidelines yet').waitFor()
    assert.equal(await page.getByRole('complementary', { name: 'Queue' }).count(), 0)
    await pane.getByRole('button', { name: 'Edit…' }).click()
    await page.getByRole('textbox', { name: 'Guidelines' }).fill('# Facts\n\n- Leave <b>names</b> alone')
    await page.getByRole('region', { name: 'Preview' }).getByRole('heading', { name: 'Facts' }).waitFor()
    await page.getByLabel('Kinds of changes').fill('Fact, Tone, Fact')
    await page.getByText('“Fact” is there twice.').waitFor()
    assert.ok(await page.getByRole('button', { name: 'Save the guidelines' }).isDisabled())
    await page.getByLabel('Kinds of changes').fill('Fact, Tone')
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Save the guidelines' }).click()
    await pane.getByRole('listitem').filter({ hasText: 'Leave' }).waitFor()
    assert.deepEqual((await app.host.annotate.guidelines({ project })).kinds, ['Fact', 'Tone'])
    assert.deepEqual(await axeProblems(page), [])
  })

  test('keys in a dialog do nothing to the item behind it', async () => {
    await open('windows')
    const id = idOf('windows')
    await page.keyboard.press('Control+End')
    await page.keyboard.type(' Indeed.')
    const edit = page.getByRole('button', { name: 'Edit…' })
    if ((await edit.count()) === 0) await page.keyboard.press('Alt+g')
    await edit.click()
    await page.getByRole('textbox', { name: 'Guidelines' }).fill('Be brief.')
    for (const keys of ['Control+Enter', 'Alt+s', 'Alt+f', 'Alt+j', 'Control+z'])
      await page.keyboard.press(keys)
    await page.waitForTimeout(300)
    assert.ok(page.url().includes(id))
    assert.equal(await page.getByRole('dialog').count(), 1)
    const { annotation } = await app.host.annotate.open({ project, annotator: 'me', id })
    assert.equal(annotation?.state, 'draft')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Alt+g')
  })

  test('a key sorts the change at the caret, and the kind is saved, shown in the margin and there after a reload', async () => {
    await open('fridge')
    await open('parcel')
    const sorted = async () =>
      (await app.host.annotate.open({ project, annotator: 'me', id: idOf('parcel') })).annotation?.changeKinds
    const fact = page.getByRole('button', { name: /^Fact/ })
    assert.ok(await fact.isDisabled())
    await replace('very likely', 'now')
    await page.locator('.cm-content ins', { hasText: 'now' }).waitFor()
    await page.keyboard.press('Alt+1')
    await page.locator('.an-kinds [aria-pressed=true]', { hasText: /^Fact(?!, minor)/ }).waitFor()
    await page.keyboard.press('Alt+1')
    await page.locator('.an-kinds [aria-pressed=true]', { hasText: 'Fact, minor' }).waitFor()
    await page.keyboard.type('adays')
    await page.locator('.cm-content ins', { hasText: 'nowadays' }).waitFor()
    const start = parcel.rejected.indexOf('very likely')
    const expected = [{ start, end: start + 'very likely'.length, kind: 'Fact', severity: 'minor' }]
    await until(async () => JSON.stringify(await sorted()) === JSON.stringify(expected))
    await page.reload()
    await page.locator('.margin-note .kind', { hasText: 'Fact, minor' }).waitFor()
    await page.locator('.cm-content ins', { hasText: 'nowadays' }).waitFor()
    await select('nowadays')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Alt+z')
    await until(async () => (await sorted()) === undefined)
  })

  test('what was corrected once is offered for the same words, Tab corrects them, Escape hides the offer', async () => {
    await open('drafty')
    const text = () =>
      page.locator('.cm-content').evaluate((content) => {
        const copy = content.cloneNode(true) as HTMLElement
        for (const removed of copy.querySelectorAll('del')) removed.remove()
        return copy.textContent
      })
    assert.equal(await page.locator('.remembered').count(), 0)
    await replace('utilise', 'use')
    await page.locator('.an-repeat', { hasText: 'You changed “utilise” to “use” here.' }).waitFor()
    assert.deepEqual(await texts('.remembered.is-next'), ['utilise'])
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Tab')
    await page.locator('.remembered').waitFor({ state: 'detached' })
    assert.equal(await text(), drafty.rejected.replace('utilise', 'use').replace('utilise', 'use'))
    await page.keyboard.press('Control+z')
    await page.locator('.remembered').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.remembered').waitFor({ state: 'detached' })
    assert.equal(await text(), drafty.rejected.replace('utilise', 'use'))
    await page.locator('.cm-content:focus').waitFor()
    const opened = await app.host.annotate.open({ project, annotator: 'me', id: idOf('drafty') })
    assert.equal(opened.annotation?.provenance, 'human')
  })

  test('words are found in a text that is drawn in part, with the places counted', async () => {
    await open('tides')
    await page.keyboard.press('Control+f')
    const field = page.getByRole('textbox', { name: 'Find in this item' })
    await field.fill('GOES OUT')
    await page.getByText('1 of 200').waitFor()
    await page.keyboard.press('Shift+Enter')
    await page.getByText('200 of 200').waitFor()
    await page.waitForFunction(() => {
      const { top, bottom } = document.querySelector('.found.is-at')?.getBoundingClientRect() ?? {}
      return top !== undefined && top > 0 && bottom! < innerHeight
    })
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Escape')
    await page.locator('.cm-content:focus').waitFor()
    assert.equal(await page.evaluate(() => getSelection()?.toString()), 'goes out')
    assert.equal(await page.locator('.found').count(), 0)
  })

  test('words are found in the prompt, the folded context and the preferred response too', async () => {
    await open('parcel')
    await page.keyboard.press('Alt+c')
    await page.getByText('48-2207').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+f')
    const field = page.getByRole('textbox', { name: 'Find in this item' })
    const marked = () =>
      page.evaluate(() => [...(CSS.highlights.get('found-at') ?? [])].map((range) => range.toString()))
    await field.fill('48-22')
    await page.getByText('1 of 1').waitFor()
    assert.deepEqual(await marked(), ['48-22'])
    await field.fill('PARCEL')
    // Twice beside the response and twice in it, where the search begins.
    await page.getByText('3 of 4').waitFor()
    assert.deepEqual(await marked(), [])
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.getByText('1 of 4').waitFor()
    assert.deepEqual(await marked(), ['parcel'])
    assert.equal(await page.locator('.found.is-at').count(), 0)
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Escape')
    await page.locator('.cm-content:focus').waitFor()
    assert.equal(await page.evaluate(() => CSS.highlights.has('found')), false)
    await page.keyboard.press('Alt+c')
  })

  test('the effort of each person is shown, saved as CSV, and leads back to the items', async () => {
    await open('parcel')
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Effort of each person' }).click()
    await page.getByRole('rowheader', { name: 'me' }).waitFor()
    const efforts = await app.host.annotate.effort({ project })
    assert.ok(efforts.length > 0 && efforts.every(({ steps }) => steps > 0))
    for (const width of [640, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      const excess = await page.evaluate(() =>
        Math.max(
          ...[document.documentElement, ...document.querySelectorAll('main, main .scroll')].map(
            ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
          ),
        ),
      )
      assert.ok(excess <= 1, `${excess} px too wide at ${width} px`)
      assert.deepEqual(await axeProblems(page), [])
    }
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as CSV' }).click()
    const csv = readFileSync(await (await saving).path(), 'utf8')
    assert.match(csv, new RegExp(`${idOf('drafty')},me,draft,\\d`))
    await page.getByRole('button', { name: /My parcel was due/ }).click()
    await page.locator('.an-copy', { hasText: 'My parcel was due' }).waitFor()
    await open('fridge')
  })

  test('in a narrow window the queue is closed and says so, and its filters are in the menu', async () => {
    await open('parcel')
    await page.setViewportSize({ width: 1000, height: 700 })
    const shows = page.getByRole('button', { name: 'Show the queue' })
    await shows.waitFor()
    assert.equal(await shows.getAttribute('aria-pressed'), 'false')
    assert.equal(await page.locator('.an-queue').count(), 0)
    await shows.click()
    await page.locator('.an-queue.is-over').waitFor()
    await page.getByRole('button', { name: 'Hide the queue' }).first().click()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Flagged' }).click()
    await page.waitForURL(/order=flagged/)
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.locator('.an-queue').waitFor()
    await open('parcel')
  })

  test('no width or size of text makes the page scroll sideways', async () => {
    await open('parcel')
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
    }
  })

  test('items with the same prompt differ by their responses', async () => {
    const file = path.join(app.folder, 'summaries.jsonl')
    const rows = ['Ferries sail at noon.', 'Ferries sail at dusk.'].map((rejected) =>
      JSON.stringify({ prompt: 'Summarize the text.', rejected }),
    )
    writeFileSync(file, rows.join('\n'))
    const input = { project, files: [file] }
    const { id } = await app.host.work.start({ verb: 'import', input })
    for await (const _ of await app.host.work.watch({ id }));
    await page.evaluate(() => localStorage.removeItem('stet-settings'))
    await page.setViewportSize({ width: 1440, height: 900 })
    await app.goto('annotate', { order: 'all', q: 'ferries' })
    await page.reload()
    await page.locator('.an-queue-row', { hasText: 'sail at dusk' }).waitFor()
    await page.locator('.an-queue-row', { hasText: 'sail at noon' }).waitFor()
  })

  test('what others have edited is to do for oneself, and says so', async () => {
    const file = path.join(app.folder, 'edited.jsonl')
    const rows = [
      { prompt: 'Who was first?', rejected: 'No one.', edited: 'Ines.', annotator: 'Ines' },
      {
        prompt: 'Who was second? It is long ago, and few of those who were there know why.',
        rejected: 'No one.',
        edited: 'Ines.',
        annotator: 'Ines',
      },
      {
        prompt: 'Who was second? It is long ago, and few of those who were there know why.',
        rejected: 'No one.',
        edited: 'Paul.',
        annotator: 'Paul',
      },
    ]
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
    const { id } = await app.host.work.start({ verb: 'import', input: { project, files: [file] } })
    for await (const _ of await app.host.work.watch({ id }));
    await app.goto('annotate', { order: 'unfinished', q: 'who was' })
    const row = (text: string) => page.locator('.an-queue-row', { hasText: text })
    await row('Who was first?').getByText('Now · edited by Ines').waitFor()
    await row('Who was second?').getByText('To do · edited by 2 others').waitFor()
    await app.goto('annotate', { review: '1', first: 'Ines', second: 'Paul' })
    const prompt = page.getByRole('button', { name: /^Who was second/ })
    await prompt.waitFor()
    await page.setViewportSize({ width: 640, height: 480 })
    const [inner, cell] = [await prompt.boundingBox(), await prompt.locator('xpath=..').boundingBox()]
    assert.ok(inner!.x + inner!.width <= cell!.x + cell!.width, 'a prompt stays in its column')
    assert.deepEqual(await axeProblems(page), [])
    await page.setViewportSize({ width: 1440, height: 900 })
    await app.goto('annotate', { review: '1', first: 'Ines', second: 'me' })
    await page.getByText('Ines and me have not finished the same items.').waitFor()
    await app.goto('annotate', { order: 'all' })
  })

  test('another search in the address is followed, and Back returns to the one before', async () => {
    const field = page.getByRole('searchbox', { name: 'Search the queue' })
    await app.goto('annotate', { order: 'all', q: 'noon' })
    await page.locator('.an-queue-row', { hasText: 'Summarize' }).waitFor()
    await app.goto('annotate', { order: 'all', q: 'fridge' })
    await page.locator('.an-queue-row', { hasText: 'the fridge back' }).waitFor()
    assert.equal(await field.inputValue(), 'fridge')
    await page.goBack()
    await page.locator('.an-queue-row', { hasText: 'Summarize' }).waitFor()
    assert.equal(await field.inputValue(), 'noon')
  })

  test('with many changes the buttons stay in sight, and no note in the margin is blank', async () => {
    const line = (n: number, word: string) => `Sentence ${n} of the long report is ${word} here.`
    const lines = Array.from({ length: 80 }, (_, n) => n)
    const row = {
      prompt: 'A long report.',
      rejected: lines.map((n) => line(n, 'wrong')).join('\n\n'),
      edited: lines.map((n) => line(n, n % 2 === 0 ? 'right' : 'wrong indeed')).join('\n\n'),
      annotator: 'me',
    }
    const file = path.join(app.folder, 'report.jsonl')
    writeFileSync(file, JSON.stringify(row))
    const { id } = await app.host.work.start({ verb: 'import', input: { project, files: [file] } })
    for await (const _ of await app.host.work.watch({ id }));
    for (const [width, height] of [
      [1440, 900],
      [1024, 640],
      [640, 480],
    ] as const) {
      await page.setViewportSize({ width, height })
      await app.goto('annotate', { order: 'all', q: 'long report' })
      await page.locator('ins.added').first().waitFor()
      for (const name of ['Save and next', 'Skip']) {
        const button = page.getByRole('button', { name: new RegExp(`^${name}`) })
        assert.equal(await isInSight(button), true, `${name} at ${width}x${height}`)
      }
      if (width < 1024) continue
      await page.locator('.margin-note').first().waitFor()
      const notes = await page.locator('.margin-note').allInnerTexts()
      assert.ok(notes.length > 5)
      for (const note of notes) assert.match(note, /[−+]\d/)
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('what reports a finished item does not cover the buttons for the next', async () => {
    await app.goto('annotate', { order: 'all', q: 'ferries' })
    await page.locator('.cm-content:focus').waitFor()
    await page.keyboard.press('End')
    await page.keyboard.type(' Daily.')
    await page.keyboard.press('Control+Enter')
    const toast = page.locator('.toast', { hasText: 'Marked as done' })
    await toast.waitFor()
    const { y, height } = (await toast.boundingBox())!
    const buttons = (await page.locator('.an-acts').boundingBox())!
    assert.ok(y + height <= buttons.y, `${y + height} is below ${buttons.y}`)
  })

  test('what can be undone in Annotate is not offered in another view', async () => {
    const toast = page.locator('.toast', { hasText: 'Marked as done' })
    await toast.waitFor()
    await app.goto('data')
    await page.getByRole('searchbox', { name: 'Search items' }).waitFor()
    await toast.waitFor({ state: 'detached' })
    await app.goto('annotate')
    await page.locator('.cm-content:focus').waitFor()
    await page.keyboard.press('Alt+u')
    await page.getByText('There is nothing to undo').waitFor()
  })

  test('from an item outside of the queue, Next goes to its first; one without a response to edit is refused', async () => {
    await app.goto('annotate', { order: 'all', q: 'fridge', item: idOf('parcel') })
    await page.getByText('1 in the queue').waitFor()
    await page.getByRole('button', { name: 'Next item' }).click()
    await page.getByText('1 of 1').waitFor()
    const file = path.join(app.folder, 'demonstration.jsonl')
    writeFileSync(file, `${JSON.stringify({ prompt: 'A demonstration?', chosen: 'Good.' })}\n`)
    const { id } = await app.host.work.start({ verb: 'import', input: { project, files: [file] } })
    for await (const _ of await app.host.work.watch({ id }));
    const { rows } = await app.host.data.page({ project, query: { search: 'demonstration' }, limit: 1 })
    await app.goto('annotate', { item: rows[0]!.id })
    await page.getByRole('heading', { name: 'This item has no response to edit' }).waitFor()
    assert.equal(await page.locator('.cm-content').count(), 0)
    await page.getByText('A demonstration?').waitFor()
    await page.getByText('Good.', { exact: true }).waitFor()
    assert.deepEqual(await axeProblems(page), [])
  })

  for (const [width, height] of [
    [1024, 640],
    [1440, 900],
  ] as const)
    test(`at 200% text in ${width} × ${height} nothing covers the response, beside a long prompt and the guide`, async () => {
      const settings = { textSize: 200, guide: { project, sawLabels: false } }
      await page.evaluate((kept) => localStorage.setItem('stet-settings', JSON.stringify(kept)), settings)
      await page.setViewportSize({ width, height })
      await app.goto('annotate', { item: idOf('fridge') })
      await page.reload()
      await page.getByRole('region', { name: 'Guide' }).waitFor()
      const line = page.locator('.cm-line').first()
      await line.waitFor()
      if (height === 900) assert.ok(await isInSight(line), 'the response is seen before anything is scrolled')
      for (const part of [line, page.getByRole('button', { name: /^Save and next/ })]) {
        await part.scrollIntoViewIfNeeded()
        assert.ok(await isInSight(part))
      }
      await app.goto('annotate', { item: idOf('long') })
      await page.locator('.cm-content:focus').waitFor()
      const isAboveButtons = () =>
        page.evaluate(() => {
          const caret = getSelection()!.getRangeAt(0).getBoundingClientRect()
          return caret.bottom <= document.querySelector('.an-acts')!.getBoundingClientRect().top
        })
      await page.keyboard.press('Control+End')
      await until(isAboveButtons)
      await page.keyboard.type(' The end.')
      await page.locator('ins.added').waitFor()
      await until(isAboveButtons)
      await page.keyboard.press('Control+z')
      await page.evaluate(() => localStorage.removeItem('stet-settings'))
    })
})
