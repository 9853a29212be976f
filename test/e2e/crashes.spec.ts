/** When the page or the host dies, the other goes on, and they find each other again with nothing lost. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { openApp } from './app.ts'

describe('crashes', async () => {
  const app = await openApp()
  after(() => app.close())

  test('a page that dies comes back to the place it was at', async () => {
    await app.makeSample()
    await app.goto('runs')
    const page = await app.killPage()
    await page.locator('.rail [aria-current=page]', { hasText: 'Runs' }).waitFor()
    assert.match(page.url(), /\/runs$/)
  })

  test('a host that dies is told of in a sentence, and the page goes on by itself once it is back', async () => {
    const isTold = app.page.getByText('The host cannot be reached').waitFor()
    await app.restartHost('crash')
    await isTold
    await app.page.getByText('The host cannot be reached').waitFor({ state: 'detached' })
    await app.goto('data')
    assert.ok((await app.host.projects.overview({ project: app.project })).items > 0)
  })

  test('stopping the host pauses a run with a checkpoint, from which it can be taken up', async () => {
    const config = { epochs: 20, batchSize: 32, maxQueryTokens: 64, maxResponseTokens: 64 }
    const input = { project: app.project, model: 'world', name: 'base', config }
    const { id } = await app.host.work.start({ verb: 'train sft', input })
    for await (const event of await app.host.work.watch({ id })) if (event.type === 'step') break
    await app.restartHost('stop')
    const { runs } = await app.host.verbs.runs({ project: app.project })
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['paused'],
    )
  })
})
