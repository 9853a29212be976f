/** Judging by keyboard: a blind session from the first pair to its end, and the results of several candidates. No model is trained. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
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
    await page.getByRole('heading', { name: 'Pairs' }).waitFor()
    const record = (await app.host.judge.list({ project })).find((each) => each.id === id)
    assert.equal(record?.summary?.n, 3)
    await page.getByRole('button', { name: 'All evaluations' }).click()
    await page.getByRole('heading', { name: 'Judge', exact: true }).waitFor()
    assert.equal(await page.locator('.unfinished').count(), 0)
  })

  test('a held arrow is one verdict, and a reason comes back with what is undone', async () => {
    await app.goto('judge', { evaluation: automatic!.id })
    await page.getByRole('button', { name: 'Start blind comparison' }).click()
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
})
