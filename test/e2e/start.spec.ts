/** What the page shows between the start of a run and its first step: never silence. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { openApp } from './app.ts'

describe('the start of a run', async () => {
  const app = await openApp()
  after(() => app.close())
  await app.makeSample()

  test('its page says which program is compiled, out of how many, until the first step', async () => {
    const { page, project } = app
    await app.goto('runs')
    const { id } = await app.host.work.start({
      verb: 'train sft',
      input: { project, model: 'world', name: 'soon', config: { maxSteps: 3, klSamples: 0 } },
    })
    await app.goto('runs', { job: id })
    const state = page.getByRole('region', { name: 'State' })
    await state.getByText(/^Compiling 1 of 1: training step · /).waitFor({ timeout: 60_000 })
    await state.getByText(/Compiling|First step/).waitFor({ state: 'detached', timeout: 120_000 })
    for await (const _ of await app.host.work.watch({ id }));
    const { error, starting } = await app.host.work.get({ id })
    assert.deepEqual([error, starting], [null, null])
  })
})
