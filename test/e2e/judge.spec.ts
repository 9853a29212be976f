/** Judging by keyboard: a blind session from the first pair to its end, and the results of several candidates. No model is trained. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { VerbName } from '../../electron/contract/verbs.ts'
import { StartWork } from '../../electron/contract/work.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

const questions = Array.from({ length: 60 }, (_, i) => `Which ferry goes at ${i}?`)

describe('judging', async () => {
  const app = await openApp()
  after(() => app.close())
  const { page } = app
  app.project = (await app.host.projects.create({ name: 'judging' })).folder
  const { project } = app

  const writeRows = (name: string, rows: readonly object[]) => {
    const file = path.join(app.folder, name)
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
    return file
  }
  const outputs = (name: string, of: (i: number) => string) =>
    writeRows(
      `${name}.jsonl`,
      questions.map((instruction, i) => ({ instruction, output: of(i) })),
    )
  const perform = async (verb: VerbName, input: object) => {
    const { id } = await app.host.work.start(StartWork.parse({ verb, input }))
    for await (const _ of await app.host.work.watch({ id }));
    assert.equal((await app.host.work.get({ id })).error, null)
  }
  const items = questions.map((prompt) => ({ prompt, rejected: 'No.', chosen: 'Yes.' }))
  await perform('import', { project, files: [writeRows('asked.jsonl', items)], dataset: 'asked' })
  const reference = outputs('wordy', (i) => `The ferry at ${i} goes to the far pier, as it always does.`)
  const candidate = outputs(
    'brief',
    (i) => `The ferry at ${i} goes to the pier${i % 3 ? '.' : ', and then it returns in the evening.'}`,
  )
  const plain = outputs('plain', (i) =>
    i % 2 ? `At ${i}.` : `The ferry at ${i} goes to the far pier, as it always, always does.`,
  )
  await perform('judge', { project, reference, candidate, judge: 'length:shorter', datasets: ['asked'] })
  const [automatic] = await app.host.judge.list({ project })

  test('pairs are judged blind without a frame, and the session is paused, continued and ended', async () => {
    const { id } = await app.host.judge.startBlind({
      project,
      evaluation: automatic!.id,
      judge: 'me',
      pairs: 4,
    })
    await app.goto('judge')
    await page.getByRole('button', { name: /^Resume/ }).click()
    await page.getByText('0 of 4').waitFor()
    assert.equal(await page.locator('.rail').count(), 0)
    assert.doesNotMatch(await page.locator('main').innerText(), /wordy|brief/)
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('ArrowRight')
    await page.getByText('1 of 4').waitFor()
    await page.keyboard.press('Escape')
    const resume = page.getByRole('button', { name: /^Resume/ })
    await resume.waitFor()
    assert.match(await page.locator('.unfinished').innerText(), /1 of 4/)
    await resume.click()
    await page.getByText('1 of 4').waitFor()
    for (const [i, key] of ['ArrowDown', 's', 'ArrowLeft'].entries()) {
      await page.keyboard.press(key)
      if (i < 2) await page.getByText(`${i + 2} of 4`).waitFor()
    }
    await page.getByText('All 4 pairs are judged').waitFor()
    assert.match(await page.locator('.finding').innerText(), /brief .*\d+\.\d%/)
    assert.deepEqual(await axeProblems(page), [])
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Pairs', exact: true }).waitFor()
    const record = (await app.host.judge.list({ project })).find((each) => each.id === id)
    assert.equal(record?.summary?.n, 3)
    await page.getByRole('navigation', { name: 'Place' }).getByRole('button', { name: 'Judge' }).click()
    await page.getByRole('heading', { name: 'Judge', exact: true }).waitFor()
    assert.equal(await page.locator('.unfinished').count(), 0)
  })

  test('a held arrow is one verdict, and a reason comes back with what is undone', async () => {
    await app.goto('judge', { evaluation: automatic!.id })
    await page.getByRole('button', { name: 'Judge by hand' }).click()
    await page.getByText(/^0 of \d+$/).waitFor()
    await page.keyboard.press('r')
    await page.keyboard.type('says where')
    await page.keyboard.press('Escape')
    await page.keyboard.down('ArrowLeft')
    await page.getByText(/^1 of \d+$/).waitFor()
    for (let time = 0; time < 5; time++) await page.keyboard.down('ArrowLeft')
    await page.keyboard.up('ArrowLeft')
    const [newest] = await app.host.judge.list({ project })
    const { id } = newest!
    const verdicts = async () =>
      (await app.host.judge.pairs({ project, evaluation: id })).pairs.flatMap((pair) => pair.verdicts)
    assert.deepEqual(
      (await verdicts()).map(({ reason }) => reason),
      ['says where'],
    )
    await page.keyboard.press('Backspace')
    await page.getByText(/^0 of \d+$/).waitFor()
    assert.equal(await page.getByLabel('Reason for your verdict').inputValue(), 'says where')
    assert.deepEqual(await verdicts(), [])
  })

  test('differences are marked over the texts, which do not move', async () => {
    const sheet = page.getByRole('article', { name: 'Left response' })
    const before = await sheet.boundingBox()
    await page.keyboard.press('m')
    await page.getByText(/^Differences are marked: \d+ on the left, \d+ on the right\.$/).waitFor()
    assert.ok(await page.evaluate(() => CSS.highlights.get('differs')!.size > 0))
    assert.deepEqual(await sheet.boundingBox(), before)
    await page.keyboard.press('m')
    await page.getByText(/^Differences are marked/).waitFor({ state: 'detached' })
    assert.equal(await page.evaluate(() => CSS.highlights.has('differs')), false)
  })

  for (const [width, size] of [
    [640, 100],
    [1024, 200],
    [2560, 100],
  ] as const)
    test(`at ${width} px and ${size}% text the prompt, both sheets and the answers are there`, async () => {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate((percent) => {
        document.documentElement.style.fontSize = `${percent}%`
      }, size)
      assert.ok((await page.locator('.judging-ask').boundingBox())!.height > 10)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
      await page.getByRole('button', { name: 'Left is better' }).click({ trial: true })
      await page.getByRole('button', { name: 'Right is better' }).click({ trial: true })
    })

  test('several candidates and judges are started at once, and what is missing is said', async () => {
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.evaluate(() => {
      document.documentElement.style.fontSize = ''
    })
    await app.goto('judge')
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog', { name: 'New evaluation' })
    await dialog.getByText('Choose the reference: what the candidates are compared with.').waitFor()
    await dialog.getByText('Choose at least one candidate.').waitFor()
    await dialog.getByLabel('Reference', { exact: true }).fill(reference)
    for (const side of [candidate, plain]) {
      await dialog.getByLabel('Candidates', { exact: true }).fill(side)
      await page.keyboard.press('Enter')
      await dialog.getByRole('button', { name: `Remove ${side}` }).waitFor()
    }
    assert.equal(await dialog.getByLabel('Reference', { exact: true }).inputValue(), reference)
    const judges = dialog.getByLabel('Judges', { exact: true })
    await judges.fill('Shorter wins')
    await page.getByRole('option', { name: 'Shorter wins' }).click()
    // The field still has the focus, and Enter takes what is listed first.
    await page.locator('input:focus').fill('Less rep')
    await page.getByRole('option', { name: 'Less repetition wins' }).waitFor()
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: /^Remove Less repetition wins/ }).waitFor()
    assert.equal(await judges.evaluate((field) => field === document.activeElement), true)
    assert.deepEqual(await axeProblems(page), [])
    await dialog.getByText(/^Compares 2 candidates with .* by 2 judges: 4 evaluations\.$/).waitFor()
    await dialog.getByRole('group', { name: 'Datasets' }).getByRole('checkbox').first().waitFor()
    // What was chosen is there again after the dialog was closed by accident.
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('n')
    await dialog.getByText(/^Compares 2 candidates with .* by 2 judges: 4 evaluations\.$/).waitFor()
    const before = (await app.host.judge.list({ project })).length
    await dialog.getByRole('button', { name: 'Start the evaluations' }).click()
    await dialog.waitFor({ state: 'detached' })
    const finished = async () =>
      (await app.host.judge.list({ project })).slice(0, -before).filter(({ summary }) => summary !== null)
    for (let tries = 0; (await finished()).length < 4 && tries < 100; tries++) await page.waitForTimeout(100)
    assert.equal((await finished()).length, 4)
    assert.deepEqual(await axeProblems(page), [])
  })

  test('the list of evaluations is walked by keys, and the palette finds them', async () => {
    await app.goto('judge')
    await page.locator('.evaluations .opens').nth(1).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await page.keyboard.press('j')
    const first = await focused()
    await page.keyboard.press('j')
    assert.notEqual(await focused(), first)
    await page.keyboard.press('k')
    assert.equal(await focused(), first)
    await page.keyboard.press('Enter')
    await page.waitForURL(/evaluation=/)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('against wordy')
    await page
      .getByRole('option', { name: /against wordy.*judged by/ })
      .first()
      .click()
    await page.getByRole('option').first().waitFor({ state: 'detached' })
  })

  test('a result begins with its sentence, which says no more than the interval', async () => {
    const list = await app.host.judge.list({ project })
    const own = list.find((each) => each.judge === 'length shorter' && each.candidate === plain)!
    await app.goto('judge', { evaluation: own.id })
    const sentence = page.locator('h2.finding')
    await sentence.waitFor()
    const { low, high } = own.summary!.interval
    assert.equal(
      /^plain is not distinguished from wordy/.test(await sentence.innerText()),
      low <= 50 && high >= 50,
    )
    await page.getByRole('heading', { name: 'Candidates against each other' }).waitFor()
    await page.locator('.interval-dot').first().waitFor()
    await page.getByText('Judges agree').waitFor()
    await page.getByText(/^With \d+ subsets some will differ|^These pairs have no subsets/).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    await page.getByRole('button', { name: 'Win rate against wordy as a table' }).click()
    await page.getByRole('button', { name: 'Copy Win rate against wordy as CSV' }).waitFor()
    await page.keyboard.press('j')
    const second = page.locator('li:nth-child(2) > .pair-row[aria-current]')
    await second.waitFor()
    const { y, height } = (await second.boundingBox())!
    assert.ok(y >= 0 && y + height <= page.viewportSize()!.height, 'the pair chosen by a key is in sight')
    await page.getByText('Judges disagree').click()
    await page.getByText(/\(repetition: (won|tied|lost)\)/).waitFor()
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      assert.deepEqual(await axeProblems(page), [], colorScheme)
    }
  })

  test('the win rates are copied and saved from one menu', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const choose = async (group: string, item: string) => {
      await page.getByRole('button', { name: 'Copy or save' }).click()
      await page.getByRole('group', { name: group }).getByRole('menuitem', { name: item }).click()
    }
    await choose('Copy the win rates', 'As CSV')
    await page.getByText('Copied.').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    assert.match(copied, /^Candidate,Judge,"Win rate, %",95% interval,Won,Tied,Lost\r\n/)
    assert.equal(copied.trim().split('\n').length, 3)
    for (const [item, start] of [
      ['As SVG', /^<svg xmlns/],
      ['As PNG', /^.PNG/],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        choose('Save the win rates', item),
      ])
      assert.match(readFileSync(await download.path(), 'latin1'), start)
    }
  })

  test('a result is shared as one file that needs nothing else', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Share as a file' }).click(),
    ])
    const html = readFileSync(await download.path(), 'utf8')
    const other = await page.context().newPage()
    await other.setContent(html)
    assert.match(await other.locator('h1').innerText(), /^plain .* of pairs/)
    assert.deepEqual(await axeProblems(other), [])
    await other.close()
  })

  test('an evaluation that was stopped is listed as unfinished, and resumed from there', async () => {
    const asked: string[] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      asked.push(Buffer.concat(chunks).toString())
      await sleep(100)
      const usage = { prompt_tokens: 10, completion_tokens: 1 }
      const body = { choices: [{ message: { content: 'A' }, finish_reason: 'stop' }], usage }
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    after(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    const judge = `server:tiny@${address}`
    const judgeServer = { concurrency: 1 }
    const input = { project, reference, candidate, judge, judgeServer, datasets: ['asked'], heldout: 0.5 }
    const { id } = await app.host.work.start(StartWork.parse({ verb: 'judge', input }))
    await app.goto('judge')
    const unfinished = page.getByRole('region', { name: 'Unfinished' })
    const own = async () =>
      (await app.host.judge.list({ project })).find((each) => each.judge === 'server tiny')
    for (let tries = 0; ((await own())?.judged ?? 0) < 2 && tries < 100; tries++)
      await page.waitForTimeout(100)
    assert.equal(
      await unfinished.getByText('server tiny').count(),
      0,
      'while it is judged it is not unfinished',
    )
    await app.goto('judge', { evaluation: (await own())!.id })
    await page.getByText('It is running').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Resume' }).count(), 0)
    await app.goto('judge')
    await app.host.work.stop({ id })
    for await (const _ of await app.host.work.watch({ id }));
    const before = await own()
    assert.ok(before?.canResume && before.judged > 0 && before.judged < before.pairs)
    const row = unfinished.getByRole('listitem').filter({ hasText: 'server tiny' })
    await row.getByText(`${before.judged} of ${before.pairs}`).waitFor()
    assert.deepEqual(await axeProblems(page), [])
    const answeredBefore = asked.length
    await row.getByRole('button', { name: /^Resume/ }).press('Enter')
    await row.waitFor({ state: 'detached' })
    for (let tries = 0; (await own())?.summary === null && tries < 200; tries++)
      await page.waitForTimeout(100)
    const finished = await own()
    assert.deepEqual([finished?.id, finished?.judged], [before.id, before.pairs])
    assert.ok(
      asked.length - answeredBefore < 2 * before.pairs,
      'verdicts that it had are not asked for again',
    )
  })

  for (const [width, size] of [
    [640, 100],
    [1024, 200],
    [1440, 100],
    [2560, 100],
  ] as const)
    test(`at ${width} px and ${size}% text neither a result nor the list scrolls sideways`, async () => {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate((percent) => {
        document.documentElement.style.fontSize = `${percent}%`
      }, size)
      const isWide = () =>
        page.evaluate(() =>
          [document.documentElement, document.querySelector('.scroll')!].some(
            (element) => element.scrollWidth > element.clientWidth,
          ),
        )
      const [newest] = await app.host.judge.list({ project })
      await app.goto('judge', { evaluation: newest!.id })
      await page.locator('.one-pair').waitFor()
      assert.equal(await isWide(), false)
      await page.getByRole('navigation', { name: 'Place' }).getByRole('button', { name: 'Judge' }).click()
      await page.locator('.evaluations table').first().waitFor()
      assert.equal(await isWide(), false)
    })
})
