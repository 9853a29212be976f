/** When the renderer or the host crashes, the other continues; they reconnect and nothing is lost. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { openApp } from './app.ts'

describe('crashes', async () => {
  const app = await openApp()
  after(() => app.close())

  test('a renderer that crashes reopens at the same place', async () => {
    await app.makeSample()
    await app.goto('runs')
    const page = await app.killPage()
    await page.locator('.rail [aria-current=page]', { hasText: 'Runs' }).waitFor()
    assert.match(page.url(), /\/runs$/)
  })

  test('a crash of the host is reported, and the renderer reconnects on its own once it is back', async () => {
    const isReported = app.page.getByText('Connection to the host lost').waitFor()
    await app.restartHost('crash')
    await isReported
    await app.page.getByText('Connection to the host lost').waitFor({ state: 'detached' })
    await app.goto('data')
    assert.ok((await app.host.projects.overview({ project: app.project })).items > 0)
  })

  test('a part of the page that cannot be loaded while the host is down is loaded once it is back', async () => {
    await app.page.route(/project-switcher-(?!button)/, (route) => route.abort())
    app.allow(/net::ERR_FAILED/)
    await app.page.reload()
    await app.page.locator('.rail [aria-current=page]', { hasText: 'Data' }).waitFor()
    await app.page
      .getByRole('button', { name: 'Project sample' })
      .and(app.page.locator(':disabled'))
      .waitFor()
    await app.page.unroute(/project-switcher-(?!button)/)
    await app.restartHost('crash')
    await app.page.getByRole('button', { name: 'Project sample' }).and(app.page.locator(':enabled')).waitFor()
  })

  test('stopping the host pauses a run with a checkpoint from which it can be resumed', async () => {
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
