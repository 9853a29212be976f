/** Drafts and hints that chance shows: chosen in Settings, seen in Annotate, compared in Effort. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { writeRewardCard } from '../../electron/pipeline/reward/card.ts'
import { toyTokenizer, writeToyModel } from '../invariant/toy.ts'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

describe('help that is shown by chance', async () => {
  const app = await openApp()
  after(() => app.close())
  const { page } = app
  const { folder: project } = await app.host.projects.create({ name: 'trial' })
  app.project = project
  const file = path.join(app.folder, 'items.jsonl')
  const rows = Array.from({ length: 12 }, (_, i) => ({ prompt: `Why ${i}?`, rejected: `It is ${i} bad.` }))
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
  const { id: work } = await app.host.work.start({ verb: 'import', input: { project, files: [file] } })
  for await (const _ of await app.host.work.watch({ id: work }));
  const rewarding = await writeToyModel(path.join(app.folder, 'rewarding'), { seed: 2, scored: true })
  await writeRewardCard(rewarding, {
    scheme: 'bt-changed',
    keptMean: 0,
    tokenizerHash: toyTokenizer().hash,
  })
  await app.host.models.importModel({ project, path: rewarding, name: 'rewards' })
  const { ids } = await app.host.annotate.queue({ project, annotator: 'me', order: 'all' })
  const assignedOf = async (id: string) =>
    (await app.host.annotate.open({ project, annotator: 'me', id })).assigned
  const storedOf = async (id: string) =>
    (await app.host.annotate.open({ project, annotator: 'me', id })).annotation

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = JSON.parse(Buffer.concat(chunks).toString()).messages.at(-1).content as string
    const answer = /<answer>\n(.*)\n<\/answer>/.exec(text)![1]!.replace('bad', 'good')
    const body = { choices: [{ message: { content: answer }, finish_reason: 'stop' }] }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  test('the project leaves nothing to chance until it is chosen in Settings', async () => {
    assert.deepEqual(await assignedOf(ids[0]!), {})
    await app.goto('settings', { section: 'drafts' })
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    await page.getByLabel('Server address').fill(address)
    await page.getByLabel('Server model').fill('tiny')
    await page.getByLabel('Server model').press('Tab')
    const drafts = page.getByRole('switch', { name: 'Drafts for half of the items' })
    assert.equal(await drafts.isChecked(), false)
    await drafts.press(' ')
    await page.getByRole('textbox', { name: 'Seed' }).waitFor()
    await page.getByRole('switch', { name: 'Reward hints for half of the items' }).press(' ')
    await page.getByRole('combobox', { name: 'Reward model of the hints' }).waitFor()
    assert.deepEqual(await app.host.annotate.trial({ project }), {
      draft: true,
      hints: true,
      rewardModel: 'rewards',
      seed: 0,
    })
    assert.deepEqual(await axeProblems(page), [])
  })

  test('an item shows the draft and the hints that chance gives it, and the edit records which', async () => {
    const seen = new Set<string>()
    for (const id of ids) {
      const { draft, hints } = await assignedOf(id)
      await app.goto('annotate', { order: 'all', item: id })
      await page.locator('.cm-content:focus').waitFor()
      const heat = page.getByRole('region', { name: 'Hints' })
      if (draft) await page.getByText('Draft by tiny. Tab accepts').waitFor()
      else await page.getByText('No draft for this item').waitFor()
      assert.equal(await page.getByRole('button', { name: 'Draft', exact: true }).count(), draft ? 1 : 0)
      if (hints) await heat.locator('.token').first().waitFor({ timeout: 60_000 })
      else assert.equal(await heat.count(), 0)
      if (!seen.has(`${draft} ${hints}`)) assert.deepEqual(await axeProblems(page), [])
      seen.add(`${draft} ${hints}`)
      if (draft) await page.keyboard.press('Tab')
      else await page.keyboard.type('Well. ')
      const before = page.url()
      await page.keyboard.press('Control+Enter')
      if (id !== ids.at(-1)) await page.waitForURL((url) => url.href !== before)
      const stored = async () => (await storedOf(id))?.state === 'done'
      for (let tries = 0; !(await stored()) && tries < 50; tries++) await page.waitForTimeout(100)
      assert.deepEqual((await storedOf(id))?.shown, { draft, hints })
      if (draft) assert.match((await storedOf(id))!.edited, /good/)
    }
    assert.equal(seen.size, 4, 'all combinations occur among these items')
  })

  test('Effort compares items with and without help, and saves that as CSV', async () => {
    await app.goto('annotate', { effort: '1' })
    const table = page.getByRole('region', { name: 'With and without help', exact: true })
    await table.getByRole('row', { name: /Draft Steps/ }).waitFor()
    assert.match(await table.innerText(), /n = \d/)
    assert.deepEqual(await axeProblems(page), [])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      table.getByRole('button', { name: 'Save the comparison as CSV' }).click(),
    ])
    const csv = readFileSync(await download.path(), 'utf8')
    assert.match(csv, /^help,measure,median_shown,n_shown/)
    assert.match(csv, /hints,active_seconds,/)
  })

  for (const [place, params] of [
    ['annotate', { effort: '1' }],
    ['settings', { section: 'drafts' }],
    ['settings', { section: 'annotating' }],
  ] as const)
    test(`at no width or size of text does ${place} ${JSON.stringify(params)} scroll sideways`, async () => {
      for (const [width, percent] of [
        [640, 100],
        [640, 200],
        [1440, 100],
        [1440, 200],
      ] as const) {
        await page.setViewportSize({ width, height: 900 })
        await page.evaluate((textSize) => {
          localStorage.setItem('stet-settings', JSON.stringify({ textSize }))
        }, percent)
        await app.goto(place, params)
        await page.reload()
        await page.locator('.view-body > *').first().waitFor()
        await page.waitForLoadState('networkidle')
        const wide = await page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('main, main .scroll')]
            .filter((element) => element.scrollWidth > element.clientWidth + 1)
            .map((element) => `${element.className} ${element.scrollWidth} > ${element.clientWidth}`),
        )

        assert.deepEqual(wide, [], `at ${width} px and ${percent}%`)
      }
    })
})
