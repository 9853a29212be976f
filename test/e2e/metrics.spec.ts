/** Exporting the metrics of a run from its page. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

const app = await openApp()
after(() => app.close())
await app.makeSample()

test('the metrics of a run are exported by keyboard, as a table with a row per step', async () => {
  const { page, project } = app
  const config = { epochs: 1, batchSize: 128, maxQueryTokens: 64, maxResponseTokens: 64 }
  const input = { project, model: 'world', name: 'short', config }
  const { id } = await app.host.work.start({ verb: 'train sft', input })
  for await (const _ of await app.host.work.watch({ id }));
  const { runs } = await app.host.verbs.runs({ project })
  await app.goto('runs', { run: runs[0]!.id })
  await page.getByRole('heading', { name: 'short' }).waitFor()
  await page.keyboard.press('e')
  await page.getByLabel('Format').selectOption('csv')
  const out = path.join(app.folder, 'short.csv')
  await page.getByLabel('File', { exact: true }).fill(out)
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByText(/Wrote [0-9]+ steps to/).waitFor()
  const [, steps] = /Wrote ([0-9]+) steps to/.exec(await page.locator('.dialog').innerText())!
  const rows = readFileSync(out, 'utf8').trim().split('\n').slice(1)
  assert.equal(rows.length, Number(steps))
  assert.ok(rows.length > 0)
  assert.deepEqual(await axeProblems(page), [])
  await page.getByRole('button', { name: 'Close', exact: true }).click()
})
