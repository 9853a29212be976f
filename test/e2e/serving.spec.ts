/** Serving a model from the view Models, and checking the server for drafts and judging in Settings. */
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { openApp } from './app.ts'
import { axeProblems } from './axe.ts'

const golden = path.resolve(import.meta.dirname, '../golden/llama-tied')
const app = await openApp()
after(() => app.close())
await app.makeSample()
await app.host.models.importModel({ project: app.project, path: golden, name: 'small' })

test('a model is served by keyboard, with its address and key, until it is stopped', async () => {
  await app.goto('models')
  const { page } = app
  await page.getByRole('button', { name: 'Serve', exact: true }).focus()
  await page.keyboard.press('Enter')
  const card = page.getByRole('region', { name: 'Served models' })
  await card.getByText('/v1').waitFor({ timeout: 60_000 })
  const [, url, key] = await card.locator('dd').allTextContents()
  const list = async () => fetch(`${url}/models`, { headers: { Authorization: `Bearer ${key}` } })
  assert.equal((await list()).status, 200)
  assert.deepEqual(await axeProblems(page), [])
  assert.ok(await page.getByRole('button', { name: 'Served' }).isDisabled())
  await card.getByRole('button', { name: 'Stop serving small' }).press('Enter')
  await card.waitFor({ state: 'detached' })
  await assert.rejects(list())
})

test('Settings lists the models of a server and shows what one replies, or why it does not', async () => {
  const json = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/models') return json(response, 200, { data: [{ id: 'tiny' }, { id: 'big' }] })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { model } = JSON.parse(Buffer.concat(chunks).toString())
    if (model !== 'tiny') return json(response, 404, { error: { message: `model "${model}" not found` } })
    return json(response, 200, { choices: [{ message: { content: 'ready' }, finish_reason: 'stop' }] })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => server.close())
  await app.goto('settings')
  const { page } = app
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  await page.getByLabel('Server address').fill(address)
  await page.getByRole('button', { name: 'List models' }).press('Enter')
  await page.getByText('Models: tiny, big').waitFor()
  const model = page.getByLabel('Server model')
  await model.fill('huge')
  // Leaves the list of models, which is open while one types.
  await model.press('Tab')
  await page.getByRole('button', { name: 'Test' }).press('Enter')
  await page.getByText('answered 404: model "huge" not found. Its models: tiny, big.').waitFor()
  await model.fill('tiny')
  await model.press('Tab')
  await page.getByRole('button', { name: 'Test' }).press('Enter')
  await page.getByText(/tiny replied in \d+\.\d s: ready/).waitFor()
  assert.deepEqual(await axeProblems(page), [])
})
